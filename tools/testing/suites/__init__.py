# SPDX-License-Identifier: MIT
"""The suites, in the order of their results: each module has jobs(lab)."""
from testing.suites import boot, expect, host, kernel, pthread, shell, user

SUITES = {"host": host.jobs, "kernel": kernel.jobs, "user": user.jobs,
          "pthread": pthread.jobs, "sh": shell.jobs, "boot": boot.jobs, "expect": expect.jobs}
