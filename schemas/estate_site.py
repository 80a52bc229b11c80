"""What an operator writes of the estates: the models of the site file."""

from typing import Any, Literal

from pydantic import Field, field_validator

from schemas.base import Model, Words
from schemas.device_site import DeviceSite, DeviceTemplate, check_zone
from schemas.place import AreaRules, DeviceConfig, EstateConfig, Place, Position, Trees


class EstateSite(Model):
    """One estate of the site file.

    `position` is where it lies, so that distances between estates are known. `keep_close_ups`:
    pictures cut out around a person or face are kept; without it only scenes are. `plan` names a
    GeoJSON file beside the main file (`schemas.plan`), for the office's page.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    name: Words
    timezone: str = "Asia/Shanghai"
    position: Position | None = None
    lateness_s: float = Field(default=2.0, ge=0, le=300)
    trees: Trees = Trees()
    places: tuple[Place, ...] = ()
    devices: tuple[DeviceSite, ...] = ()
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    areas: tuple[AreaRules, ...] = ()
    keep_close_ups: bool = False
    plan: str | None = Field(default=None, pattern=r"^[^/\\\x00]+$")

    _zone = field_validator("timezone")(check_zone)

    def config(self) -> EstateConfig:
        """What the processors must know of the estate."""
        return EstateConfig(
            estate=self.id, name=self.name, timezone=self.timezone, position=self.position,
            lateness_s=self.lateness_s, trees=self.trees, places=self.places, rules=self.rules,
            areas=self.areas,
            devices=tuple(_device_config(device) for device in self.devices),
        )  # fmt: skip


def _device_config(device: DeviceSite) -> DeviceConfig:
    return DeviceConfig(
        id=device.id, name=device.name or Words(zh=device.id, en=device.id), place=device.place,
        kind=device.kind, heartbeat_s=device.heartbeat_s, silence_s=device.silence_s,
        parent=device.parent,
    )  # fmt: skip


class Site(Model):
    """All estates this installation serves.

    `include` are globs of further files of this same form, beside this one; they include nothing
    themselves. `devices` are further devices by estate, so that one file can add to an estate that
    another file holds. Once read, all devices stand in their estates, templates applied.
    `rules_folder` holds the operator's own rules; it is looked for beside the main file.
    """

    version: Literal[1] = 1
    include: tuple[str, ...] = ()
    rules_folder: str | None = None
    templates: dict[str, DeviceTemplate] = Field(default_factory=dict)
    estates: tuple[EstateSite, ...] = ()
    devices: dict[str, tuple[DeviceSite, ...]] = Field(default_factory=dict)

    def configs(self) -> dict[str, EstateConfig]:
        """The processors' configuration of each estate."""
        return {estate.id: estate.config() for estate in self.estates}
