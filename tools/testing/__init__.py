# SPDX-License-Identifier: MIT
"""What the test runner (tools/test.py) is made of."""
