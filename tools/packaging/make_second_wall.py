#!/usr/bin/env python3
"""Writes second-wall.nft from the table of addresses that the daemon itself refuses (codec/net/special_ranges.cpp).

    tools/packaging/make_second_wall.py            # writes the file
    tools/packaging/make_second_wall.py --check    # fails when the file says something else than the table
"""
import ipaddress
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "codec/net/special_ranges.cpp"
WALL = ROOT / "tools/packaging/second-wall.nft"
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
# Groups five and six of an address: 0:5efe, or 200:5efe where the IPv4 address inside is global (RFC 5214, section 6.1).
ISATAP = "::5efe:0:0"
ISATAP_MASK = "::fdff:ffff:0:0"
HEAD = """\
#!/usr/sbin/nft -f
# A second wall: what pulterd may not dial, refused by the kernel too, should its own address policy ever fail.
# Made by tools/packaging/make_second_wall.py from codec/net/special_ranges.cpp; do not edit the ranges by hand.
#
# It holds for the user `pulter` alone. Before the drops stand what it needs: answers on connections that others
# opened (the dashboard), and its name servers and receivers inside. Put yours there, as in allow_networks:
#
#   ip daddr 127.0.0.53 udp dport 53 accept
#   ip daddr 10.20.0.0/16 tcp dport 443 accept
#
# Load it with `nft -f second-wall.nft`, or include it from /etc/nftables.conf.
table inet pulter_second_wall
delete table inet pulter_second_wall
table inet pulter_second_wall {
  chain own {
    ct state established,related accept
"""
TAIL = """\
  }
  chain output {
    type filter hook output priority filter; policy accept;
    meta skuid "pulter" jump own
  }
}
"""


def network(kind, numbers, bits):
    if kind == "v4":
        return ipaddress.ip_network(f"{'.'.join(part.strip() for part in numbers.split(','))}/{bits}")
    groups = [int(part, 0) for part in numbers.strip("{}").split(",") if part.strip()]
    value = 0
    for group in groups + [0] * (8 - len(groups)):
        value = value << 16 | group
    return ipaddress.IPv6Network((value, int(bits)))


def rule(target, verdict, comment):
    return f'    {"ip" if target.version == 4 else "ip6"} daddr {target} {verdict} comment "{comment}"'


def found(what, pattern, text, expected):
    """All matches, and none overlooked: a row of another form would be a hole in the wall."""
    rows = re.findall(pattern, text, re.MULTILINE)
    if len(rows) != expected:
        sys.exit(f"{TABLE.relative_to(ROOT)} has {expected} {what}, of which {len(rows)} were understood: teach "
                 "tools/packaging/make_second_wall.py the others")
    return rows


def nat64(refused):
    """What the daemon allows of 64:ff9b::/96: a host without IPv4 reaches it there, so the address inside decides."""
    lines = []
    for inner, comment in refused:
        outer = ipaddress.IPv6Network((int(NAT64.network_address) | int(inner.network_address), 96 + inner.prefixlen))
        lines.append(rule(outer, "reject", f"NAT64 of {comment}"))
    return lines + [rule(NAT64, "accept", "NAT64 of public addresses (RFC 6052)")]


def wall():
    ranges, _, rest = TABLE.read_text().partition("constexpr std::array metadata = {")
    addresses = rest[:rest.index("};")]
    lines = []
    refused = []
    # Metadata addresses come first, as the daemon judges them first; most lie in a refused range too.
    for kind, numbers in found("metadata addresses", r"^    (v[46])\((.*?)\),$", addresses,
                               len(re.findall(r"\bv[46]\(", addresses))):
        target = network(kind, numbers, 32 if kind == "v4" else 128)
        lines.append(rule(target, "reject", "metadata service"))
        if kind == "v4":
            refused.append((target, "a metadata service"))
    lines.append(f'    ip6 daddr & {ISATAP_MASK} == {ISATAP} reject comment "ISATAP tunnel (RFC 5214)"')
    for kind, numbers, bits, name, source, reachable in found(
            "ranges", r'SpecialRange\{\{(v[46])\((.*?)\), (\d+)\}, "([^"]+)", "([^"]+)"(, true)?\}', ranges,
            ranges.count("SpecialRange{")):
        target = network(kind, numbers, bits)
        if kind == "v4" and not reachable:
            refused.append((target, f"{name} ({source})"))
        if kind == "v6" and NAT64.subnet_of(target) and refused:  # before the first range that would refuse all of it
            lines += nat64(refused)
            refused = []
        lines.append(rule(target, "accept" if reachable else "reject", f"{name} ({source})"))
    return HEAD + "\n".join(lines) + "\n" + TAIL


def main():
    if "--check" not in sys.argv[1:]:
        WALL.write_text(wall())
        return
    if not WALL.exists() or WALL.read_text() != wall():
        sys.exit(f"{WALL.relative_to(ROOT)} is not what {TABLE.relative_to(ROOT)} says; run "
                 "tools/packaging/make_second_wall.py")


if __name__ == "__main__":
    main()
