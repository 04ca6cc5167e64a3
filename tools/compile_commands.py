#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints compile_commands.json for editors: compile_commands.py COMPILER FLAGS SOURCE..."""
import json
import os
import sys

compiler, flags, sources = sys.argv[1], sys.argv[2].split(), sys.argv[3:]
print(json.dumps([{"directory": os.getcwd(), "file": source,
                   "arguments": compiler.split() + flags + ["-c", source]} for source in sources], indent=1))
