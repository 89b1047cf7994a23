"""Functions of networks and their addresses."""

from __future__ import annotations

import ipaddress
from typing import Any

from mlinfra.config.functions.base import as_text, as_whole, function


@function('cidr_subnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24")
def cidr_subnet(prefix: Any, bits: Any, number: Any) -> str:
    """The subnet of this number, counted from 0, among those whose prefix is longer by ``bits``."""
    network, more, wanted = _network(prefix), as_whole(bits), as_whole(number)
    length = network.prefixlen + more
    if more < 0 or length > network.max_prefixlen:
        raise ValueError(f"its prefix has {network.prefixlen} of {network.max_prefixlen} bits already")
    if not 0 <= wanted < 1 << more:
        raise ValueError(f"{more} more bits make {1 << more} subnets, counted from 0")
    start = int(network.network_address) + (wanted << (network.max_prefixlen - length))
    return f"{type(network.network_address)(start)}/{length}"


@function('cidr_host("10.0.2.0/24", 4)', "10.0.2.4")
def cidr_host(prefix: Any, number: Any) -> str:
    """The address of this number in a network, counted from 0; -1 is the last.

    Azure keeps the first four and the last of each subnet for itself.
    """
    network, wanted = _network(prefix), as_whole(number)
    if not -network.num_addresses <= wanted < network.num_addresses:
        raise ValueError("the network has fewer addresses")
    return str(network[wanted])


def _network(prefix: Any) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(as_text(prefix))
    except ipaddress.AddressValueError:
        pass
    except ipaddress.NetmaskValueError:
        pass
    except ValueError as wrong:
        if "host bits" in str(wrong):
            raise ValueError("its network has bits set behind the prefix, write 10.0.0.0/16") from None
    raise ValueError("it takes a network as 10.0.0.0/16")
