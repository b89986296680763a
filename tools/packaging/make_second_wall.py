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


def wall():
    text = TABLE.read_text()
    lines = []
    for kind, numbers, bits, name, source, reachable in re.findall(
            r'SpecialRange\{\{(v[46])\((.*?)\), (\d+)\}, "([^"]+)", "([^"]+)"(, true)?\}', text):
        family = "ip" if kind == "v4" else "ip6"
        verdict = "accept" if reachable else "reject"
        lines.append(f'    {family} daddr {network(kind, numbers, bits)} {verdict} comment "{name} ({source})"')
    # A metadata address outside of every range that is refused already.
    body = text[text.index("constexpr std::array metadata"):]
    for kind, numbers in re.findall(r"^    (v[46])\((.*?)\),$", body, re.MULTILINE):
        address = network(kind, numbers, 32 if kind == "v4" else 128)
        lines.insert(0, f'    {"ip" if kind == "v4" else "ip6"} daddr {address} reject comment "metadata service"')
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
