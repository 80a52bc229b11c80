"""What a gateway remembers over a restart: since when input is complete, and devices' clocks."""

import os
from pathlib import Path
from typing import TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

log = structlog.get_logger("ingest.state")


class GatewayState(BaseModel):
    """The content of the state file. `since` is TickKeeper's.

    `filters` are those the broker's session holds, so that one no longer wanted is taken back;
    `estates` those that events went to beside the site's, so that their ticks go on.
    """

    model_config = ConfigDict(extra="ignore")

    since: int | None = None
    filters: set[str] = Field(default_factory=set)
    estates: set[str] = Field(default_factory=set)


class DeviceClocks(BaseModel):
    """What was measured of devices' clocks: SkewTable's samples. Kept apart, because it is large,
    and written now and then, because it may be old. `ticked_at` is the last tick at that time: of
    a gap that seems to begin earlier than it did, the processors cut off what they have judged.
    `heard_at` is when each registered device was last heard, by source.
    """

    ticked_at: int | None = None
    heard_at: dict[str, int] = Field(default_factory=dict)
    samples: dict[str, list[tuple[int, int]]] = Field(default_factory=dict)


M = TypeVar("M", bound=BaseModel)


def load(path: Path, model: type[M]) -> M:
    """What the last run left; an empty one if there is none or it cannot be read.

    To begin empty is safe: input then counts as complete only from the new subscription on.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return model()
    except (OSError, ValidationError) as error:
        log.warning("state_unreadable", path=str(path), error=str(error).splitlines()[0])
        return model()


def save(path: Path, state: BaseModel) -> None:
    """Write the file whole or not at all, and wait for the disk: a stale `since` would claim that
    nothing was lost where something was. One writer at a time. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(state.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
