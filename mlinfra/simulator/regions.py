"""Azure's regions and how they are written.

Source: Microsoft's list of regions (documentation reliability/regions-list, 2026) and the region names that
recorded refusals list ("The valid list of region names: …").
"""

from __future__ import annotations

PHYSICAL = (
    "australiacentral", "australiacentral2", "australiaeast", "australiasoutheast", "austriaeast",
    "belgiumcentral", "brazilsouth", "brazilsoutheast", "canadacentral", "canadaeast", "centralindia",
    "centralus", "centraluseuap", "chilecentral", "chinaeast", "chinaeast2", "chinaeast3", "chinanorth",
    "chinanorth2", "chinanorth3", "denmarkeast", "eastasia", "eastus", "eastus2", "eastus2euap",
    "francecentral", "francesouth", "germanynorth", "germanywestcentral", "indonesiacentral",
    "israelcentral", "italynorth", "japaneast", "japanwest", "jioindiacentral", "jioindiawest",
    "koreacentral", "koreasouth", "malaysiawest", "mexicocentral", "newzealandnorth", "northcentralus",
    "northeurope", "norwayeast", "norwaywest", "polandcentral", "qatarcentral", "southafricanorth",
    "southafricawest", "southcentralus", "southeastasia", "southindia", "spaincentral", "swedencentral",
    "swedensouth", "switzerlandnorth", "switzerlandwest", "uaecentral", "uaenorth", "uksouth", "ukwest",
    "usdodcentral", "usdodeast", "usgovarizona", "usgoviowa", "usgovtexas", "usgovvirginia",
    "westcentralus", "westeurope", "westindia", "westus", "westus2", "westus3",
)  # fmt: skip
"""Regions in which a resource can stand, as ARM answers them: lower case, no spaces; sorted."""

_PHYSICAL = frozenset(PHYSICAL)


def fold(location: str) -> str:
    """``West Europe`` as ARM answers it: ``westeurope``."""
    return location.replace(" ", "").lower()


def available(location: str) -> bool:
    """Whether a resource can stand there (a folded name). Geographies as ``europe`` are no regions."""
    return location in _PHYSICAL
