"""A line between two hosts, which are network namespaces: every packet is late, some are lost, and the line can be cut.

Arguments: the names of two TUN devices to make, one for each end. Each line read says how the line is from then on, as JSON:
{"delayMs": 40, "jitterMs": 10, "lossPercent": 2, "isCut": false}. A line of "ready" is written when the devices are there, and the
counts of packets at the end. Packets do not overtake each other, as on a line of one carrier.
"""
import fcntl
import heapq
import json
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000

ends = []
for name in sys.argv[1:3]:
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    ends.append(end)
print("ready", flush=True)

line = {"delayMs": 0, "jitterMs": 0, "lossPercent": 0, "isCut": False}
chance = random.Random(7)
under_way = []
last_due = {end: 0.0 for end in ends}
counts = {"passed": 0, "lost": 0}
number = 0

while True:
    wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
    readable, _, _ = select.select([*ends, sys.stdin], [], [], wait)
    now = time.monotonic()
    if sys.stdin in readable:
        text = sys.stdin.readline()
        if not text:
            break
        line.update(json.loads(text))
    for end in readable:
        if end is sys.stdin:
            continue
        while True:
            try:
                packet = os.read(end, 65536)
            except BlockingIOError:
                break
            if line["isCut"] or chance.random() * 100 < line["lossPercent"]:
                counts["lost"] += 1
                continue
            late = line["delayMs"] + chance.uniform(-1, 1) * line["jitterMs"]
            due = max(now + max(0.0, late) / 1000, last_due[end])
            last_due[end] = due
            number += 1
            heapq.heappush(under_way, (due, number, ends[1 - ends.index(end)], packet))
    while under_way and under_way[0][0] <= time.monotonic():
        _, _, end, packet = heapq.heappop(under_way)
        counts["passed"] += 1
        try:
            os.write(end, packet)
        except OSError:
            pass
print(json.dumps(counts), flush=True)
