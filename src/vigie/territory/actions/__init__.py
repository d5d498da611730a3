"""Writes of the territory; see ``load_cog``."""

from vigie.territory.actions.areas import AreasAccount, compose_employment_areas
from vigie.territory.actions.groups import load_zone_groups
from vigie.territory.actions.official_code import LoadAccount, load_cog

__all__ = ["AreasAccount", "LoadAccount", "compose_employment_areas", "load_cog", "load_zone_groups"]
