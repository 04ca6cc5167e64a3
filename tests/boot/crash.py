# SPDX-License-Identifier: MIT
"""A kernel that breaks says what, where and how it came there, and the machine ends. The checks of the debug build find their bugs."""
from testing.lab import Case

TRACE = [r"Call trace:", r"[0-9a-f]{8}>\] \w+\+0x"]
END = r"end of panic"

# What is broken (tests/kernel/crash.c), what the report must say, which builds notice.
WAYS = [
    ("null", r"null pointer dereference in the kernel", ("default", "debug")),
    ("bug", r"crash\.c:\d+: BUG_ON", ("default", "debug")),
    ("stack", r"kernel stack overflow", ("default", "debug")),
    ("atomic", r"sleeping function called from atomic context \(preemption off\)", ("debug",)),
    ("irqsleep", r"sleeping function called from atomic context \(in a hard interrupt\)", ("debug",)),
    ("softirqsleep", r"sleeping function called from atomic context \(in a softirq\)", ("debug",)),
    ("softirquser", r"user memory touched in an interrupt", ("debug",)),
    ("locktwice", r"spinlock .* taken twice", ("debug",)),
    ("unlock", r"released but not held", ("debug",)),
    ("doublefree", r"freed twice", ("debug",)),
    ("redzone", r"written past the end \(offset 48\)", ("debug",)),
    ("redzonebefore", r"written before its beginning", ("debug",)),
    ("useafterfree", r"written to after it was freed \(offset 20\)", ("debug",)),
    ("firstword", r"written to after it was freed \(offset 0\)", ("debug",)),
    ("freeinside", r"which is no object", ("debug",)),
    ("freestranger", r"of another cache or of none", ("debug",)),
    ("pageafterfree", r"written to while it was free, at offset 64", ("debug",)),
    ("freeorder", r"freed with order 0, but allocated by free_other_order", ("debug",)),
]


def cases(lab):
    for name, message, builds in WAYS:
        for build in builds:
            # A double fault and its like have no chain of frames to show first.
            expect = ["eip:", message, END] if name == "stack" else [message] + TRACE + [END]
            yield Case(f"crash_{name}_{build}", expect, build=f"{build}-test", append=f"crash={name} quiet panic=-1")
