#!/usr/bin/env python3
"""Traffic of many kinds, and whether three hands that wrote it down agree.

    flows.py make                                  sends, inside of the room
    flows.py compare TCPDUMP.pcap FOLDER           compares a capture of tcpdump's with the proof that waxseal saved

Every TCP connection is compared by both ends and by the bytes that went each way, every datagram by both ends and its length; with what
waxseal captured, and with the events that it tells of.
"""

import collections
import concurrent.futures
import ipaddress
import json
import random
import socket
import struct
import sys
import time

ROOM = {"10.0.2.15", "2600:1f18::15"}
CONNECTIONS = 3000
DATAGRAMS = 2000
QUESTIONS = 300


def question(name, kind=1):
    labels = b"".join(bytes([len(it)]) + it.encode() for it in name.split("."))
    return struct.pack(">HHHHHH", random.randrange(65536), 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", kind, 1)


def connection(idx):
    """Sends and is closed, waits for the other end to close, or breaks off."""
    to = ("2001:db8::%x" % (idx % 97 + 1), 5000 + idx % 53) if idx % 3 == 0 else (f"198.51.100.{idx % 97 + 1}", 5000 + idx % 53)
    with socket.create_connection(to, timeout=60) as stream:
        if idx % 7:
            stream.sendall(b"\x8f" * (idx * 37 % 9000 + 1))
        if idx % 5 == 0:
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 0, 0) if idx % 25 == 0 else struct.pack("ii", 1, 5))
        elif idx % 2:
            stream.shutdown(socket.SHUT_WR)
            while stream.recv(4096):
                pass


def web(idx):
    import http.client
    import ssl

    kind, port = (http.client.HTTPSConnection, 443) if idx % 2 else (http.client.HTTPConnection, 80)
    more = {"context": ssl.create_default_context()} if idx % 2 else {}
    client = kind(f"web{idx}.flows.example", port, timeout=60, **more)
    client.request("POST", f"/{idx}", body=b"b" * idx * 100)
    client.getresponse().read()
    client.close()


def make():
    time.sleep(3)  # Until tcpdump looks.
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        list(pool.map(connection, range(CONNECTIONS)))
        list(pool.map(web, range(60)))
    with socket.create_connection(("198.51.100.200", 7777), timeout=60) as stream:
        stream.sendall(b"\x8f" * (32 << 20))
        stream.shutdown(socket.SHUT_WR)
        while stream.recv(4096):
            pass
    with socket.create_connection(("198.51.100.53", 53), timeout=60) as stream:
        for idx in range(20):
            asked = question(f"tcp{idx}.flows.example")
            stream.sendall(struct.pack(">H", len(asked)) + asked)
            stream.recv(4096)
    four, six = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    four.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0"))
    for idx in range(DATAGRAMS):
        if idx % 3:
            four.sendto(b"d" * (idx % 1400), (f"203.0.113.{idx % 200 + 1}", 6000 + idx % 31))
        else:
            six.sendto(b"d" * (idx % 1400), (f"2001:db8:1::{idx % 200 + 1:x}", 6000 + idx % 31))
        if idx % 50 == 0:
            time.sleep(0.002)
    for idx in range(30):
        four.sendto(b"broadcast", ("255.255.255.255", 6100 + idx))
        four.sendto(b"multicast", (f"239.1.1.{idx + 1}", 6200 + idx))
        six.sendto(b"multicast", (f"ff05::{idx + 1:x}", 6300 + idx))
        four.sendto(b"\xc3\0\0\0\1" + b"q" * 1195, (f"203.0.113.{idx + 1}", 443))
        four.sendto(b"large" * 2400, (f"203.0.113.{idx + 1}", 6400))  # Fragments, on any other network.
    for idx in range(QUESTIONS):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(10)
            one.sendto(question(f"udp{idx}.flows.example", [1, 28, 16][idx % 3]), ("10.0.2.3" if idx % 2 else f"198.51.100.{idx % 50 + 1}", 53))
            one.recv(4096)
    print("sent")


def packets(path):
    """Every packet from its IP header on, of a pcapng of Ethernet or of a pcap of Linux' cooked capture, version 2."""
    data = open(path, "rb").read()
    if data[:4] == b"\n\r\r\n":
        at = 0
        while at < len(data):
            kind, total = struct.unpack_from("<II", data, at)
            if kind == 6:
                kept, length = struct.unpack_from("<II", data, at + 20)
                assert kept == length, "a packet is cut"
                yield data[at + 42 : at + 28 + kept]
            at += total
        return
    magic, *_, link = struct.unpack_from("<IHHiIII", data)
    assert (magic, link & 0xFFFF) == (0xA1B2C3D4, 276), "tcpdump -i any writes LINUX_SLL2"
    at = 24
    while at < len(data):
        _, _, kept, length = struct.unpack_from("<IIII", data, at)
        assert kept == length, "a packet is cut"
        # libpcap shows loopback's packets as they arrive. At the pair of interfaces each shows as it leaves, and again at the other end.
        hardware, way = struct.unpack_from(">HB", data, at + 24)
        if hardware == 772 or way == 4:
            yield data[at + 36 : at + 16 + kept]
        at += 16 + kept


def flows(path):
    """Bytes each way of every TCP connection, and datagrams with their lengths."""
    streams, datagrams = {}, collections.Counter()
    for packet in packets(path):
        if packet[0] >> 4 == 4:
            end = struct.unpack_from(">H", packet, 2)[0]
            protocol, at, ends = packet[9], (packet[0] & 15) * 4, (packet[12:16], packet[16:20])
        elif packet[0] >> 4 == 6:
            end = struct.unpack_from(">H", packet, 4)[0] + 40
            protocol, at, ends = packet[6], 40, (packet[8:24], packet[24:40])
        else:
            continue
        if protocol not in (6, 17):
            continue
        here, there = (str(ipaddress.ip_address(it)) for it in ends)
        ports = struct.unpack_from(">HH", packet, at)
        key = ((here, ports[0]), (there, ports[1]))
        if protocol == 17:
            datagrams[(*key, struct.unpack_from(">H", packet, at + 4)[0] - 8)] += 1
            continue
        sequence, flags = struct.unpack_from(">I", packet, at + 4)[0], packet[at + 13]
        length = (end or len(packet)) - at - (packet[at + 12] >> 4) * 4
        if flags & 2 and not flags & 16:
            assert key not in streams, f"{key} is used twice"
            streams[key] = {"first": [sequence + 1, None], "bytes": [0, 0]}
        way = 0 if key in streams else 1
        stream = streams.get(key if way == 0 else key[::-1])
        if stream is None:
            continue
        if flags & 2 and way:
            stream["first"][1] = sequence + 1
        if length > 0 and stream["first"][way] is not None:
            # Sent again counts once.
            stream["bytes"][way] = max(stream["bytes"][way], (sequence + length - stream["first"][way]) % (1 << 32))
    return {key: tuple(it["bytes"]) for key, it in streams.items()}, datagrams


def place(text):
    host, port = text.rsplit(":", 1)
    return str(ipaddress.ip_address(host.strip("[]"))), int(port)


def told(folder):
    """The same, as far as it can be, from the events."""
    streams, datagrams, asked, unseen, numbers = {}, collections.Counter(), collections.Counter(), collections.Counter(), {}
    for line in open(f"{folder}/events.jsonl"):
        event = json.loads(line)
        kind = event["kind"]
        if kind == "connect":
            numbers[event["connection"]] = (place(event["from"]), place(event["to"]))
            streams[numbers[event["connection"]]] = None
        elif kind == "closed":
            streams[numbers[event["connection"]]] = (event["sent_bytes"], event["received_bytes"])
        elif kind == "datagram":
            datagrams[(place(event["from"]), place(event["to"]), event["payload"]["length"])] += 1
        elif kind == "dns" and event["transport"] == "udp":
            asked[place(event["server"])] += 1
        elif kind == "packet" and event["protocol"] == 17:
            unseen[(event["to"], event["port"], event["payload"]["length"] - 8)] += 1
    return streams, datagrams, asked, unseen


def compare(dump, folder):
    failures = []

    def agree(what, one, other):
        different = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
        total = sum(one.values()) if isinstance(one, collections.Counter) else len(one)
        print(f"{what}: {total}, {len(different)} different")
        for key in sorted(different, key=repr)[:5]:
            failures.append(f"{what}: {key}: {one.get(key)} and {other.get(key)}")
        if not total:
            failures.append(f"{what}: none")

    theirs, ours = flows(dump), flows(f"{folder}/capture.pcapng")
    agree("TCP connections, tcpdump and capture", theirs[0], ours[0])
    agree("datagrams, tcpdump and capture", theirs[1], ours[1])
    streams, datagrams, asked, unseen = told(folder)
    # Left out on purpose: what the room says to itself (127.0.0.0/8, ::1, its own addresses), which never leaves, and our answers to it.
    away = lambda to: to[0] not in ROOM and not ipaddress.ip_address(to[0]).is_loopback
    agree("TCP connections, tcpdump and events", {key: it for key, it in theirs[0].items() if away(key[1])}, streams)
    sent = [(key, it) for key, it in theirs[1].items() if away(key[1])]
    multicast = lambda it: ipaddress.ip_address(it).is_multicast
    plain, questions, rest = collections.Counter(), collections.Counter(), collections.Counter()
    for (here, there, length), times in sent:
        if multicast(there[0]):
            rest[(*there, length)] += times
        elif there[1] == 53:
            questions[there] += times
        else:
            plain[(here, there, length)] += times
    agree("datagrams, tcpdump and events", plain, datagrams)
    agree("DNS questions by server, tcpdump and events", questions, asked)
    agree("multicasts, tcpdump and events", rest, unseen)
    about = json.load(open(f"{folder}/run.json"))
    if not about["valid"] or about["packets"]["cut"] or about["packets"]["dropped"]:
        failures.append(f"the run is not whole: {about['invalid']} {about['packets']}")
    for failure in failures:
        print(f"FAILED  {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make"]:
            make()
        case ["compare", dump, folder]:
            sys.exit(compare(dump, folder))
        case _:
            sys.exit(__doc__)
