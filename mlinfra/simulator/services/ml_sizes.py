"""Sizes of virtual machines that Azure ML takes for computes, and what a new subscription may use of them.

A modest part of the real list. Sizes and cores: documentation virtual-machines/sizes; which ones a cluster
takes: the list in the refusal quoted by Azure/MachineLearningNotebooks#1169. Quotas: documentation
machine-learning/how-to-manage-quotas (2026-01-27): dedicated cores are split by family and region, 24 to 300
by offer, and GPU and other special families begin at 0.
"""

from __future__ import annotations

import msgspec

GENERAL = 100
"""Dedicated cores of a family in a region. The real number depends on the offer (24 to 300); assumed."""


class Size(msgspec.Struct, frozen=True):
    """One size: its family as messages name it, its cores, and the family's quota of dedicated cores."""

    name: str
    family: str
    cores: int
    quota: int


# family: cores by the part of the name between STANDARD_ and the end
_GENERAL = {
    "Standard DSv2": "DS1_V2:1 DS2_V2:2 DS3_V2:4 DS4_V2:8 DS5_V2:16 DS11_V2:2 DS12_V2:4 "
    "DS13_V2:8 DS14_V2:16 DS15_V2:20",
    "Standard Dv2": "D1_V2:1 D2_V2:2 D3_V2:4 D4_V2:8 D5_V2:16 D11_V2:2 D12_V2:4 D13_V2:8 D14_V2:16",
    "Standard D": "D1:1 D2:2 D3:4 D4:8 D11:2 D12:4 D13:8 D14:16",
    "Standard Dv3": "D2_V3:2 D4_V3:4 D8_V3:8 D16_V3:16 D32_V3:32 D64_V3:64",
    "Standard DSv3": "D2S_V3:2 D4S_V3:4 D8S_V3:8 D16S_V3:16 D32S_V3:32 D64S_V3:64",
    "Standard DDSv4": "D2DS_V4:2 D4DS_V4:4 D8DS_V4:8 D16DS_V4:16 D32DS_V4:32 D64DS_V4:64",
    "Standard DDSv5": "D2DS_V5:2 D4DS_V5:4 D8DS_V5:8 D16DS_V5:16 D32DS_V5:32 D64DS_V5:64 D96DS_V5:96",
    "Standard DADSv5": "D2ADS_V5:2 D4ADS_V5:4 D8ADS_V5:8 D16ADS_V5:16 D32ADS_V5:32 D64ADS_V5:64",
    "Standard Ev3": "E2_V3:2 E4_V3:4 E8_V3:8 E16_V3:16 E32_V3:32 E64_V3:64",
    "Standard ESv3": "E2S_V3:2 E4S_V3:4 E8S_V3:8 E16S_V3:16 E32S_V3:32 E64S_V3:64",
    "Standard EDSv4": "E2DS_V4:2 E4DS_V4:4 E8DS_V4:8 E16DS_V4:16 E32DS_V4:32 E64DS_V4:64",
    "Standard EDSv5": "E2DS_V5:2 E4DS_V5:4 E8DS_V5:8 E16DS_V5:16 E32DS_V5:32 E64DS_V5:64",
    "Standard FSv2": "F2S_V2:2 F4S_V2:4 F8S_V2:8 F16S_V2:16 F32S_V2:32 F48S_V2:48 F64S_V2:64 F72S_V2:72",
}
_SPECIAL = {
    "Standard NC": "NC6:6 NC12:12 NC24:24 NC24R:24",
    "Standard NCSv2": "NC6S_V2:6 NC12S_V2:12 NC24S_V2:24 NC24RS_V2:24",
    "Standard NCSv3": "NC6S_V3:6 NC12S_V3:12 NC24S_V3:24 NC24RS_V3:24",
    "Standard NCASv3_T4": "NC4AS_T4_V3:4 NC8AS_T4_V3:8 NC16AS_T4_V3:16 NC64AS_T4_V3:64",
    "Standard NCADSA100v4": "NC24ADS_A100_V4:24 NC48ADS_A100_V4:48 NC96ADS_A100_V4:96",
    "Standard NCadsH100v5": "NC40ADS_H100_V5:40 NC80ADIS_H100_V5:80",
    "Standard ND": "ND6S:6 ND12S:12 ND24S:24 ND24RS:24",
    "Standard NDSv2": "ND40RS_V2:40",
    "Standard NDASv4_A100": "ND96ASR_V4:96",
    "Standard NDAMSv4_A100": "ND96AMSR_A100_V4:96",
    "Standard NDSH100v5": "ND96ISR_H100_V5:96",
    "Standard NV": "NV6:6 NV12:12 NV24:24",
    "Standard NVADSA10v5": "NV6ADS_A10_V5:6 NV12ADS_A10_V5:12 NV18ADS_A10_V5:18 "
    "NV36ADS_A10_V5:36 NV72ADS_A10_V5:72",
    "Standard HC": "HC44RS:44",
    "Standard HBrsv2": "HB120RS_V2:120",
    "Standard HBv3": "HB120RS_V3:120",
    "Standard Msv2": "M208S_V2:208",
    "Standard MS": "M64S:64 M64MS:64 M128S:128 M128MS:128",
}


def _sizes() -> dict[str, Size]:
    found = {}
    for table, quota in ((_GENERAL, GENERAL), (_SPECIAL, 0)):
        for family, words in table.items():
            for word in words.split():
                short, _, cores = word.partition(":")
                name = f"STANDARD_{short}"
                found[name] = Size(name, family, int(cores), quota)
    return found


SIZES = _sizes()
"""By the name as answers write it: upper case."""


def size_of(name: str) -> Size | None:
    """The size of a name in any casing, None for one that Azure ML does not take."""
    return SIZES.get(name.upper())
