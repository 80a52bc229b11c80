// Hourly sums, kept two years, from the raw points kept thirty days.
option task = {name: "community-hourly", every: 1h, offset: 10m}

counted = ["count", "opened", "cleared"]

from(bucket: "raw")
  |> range(start: -task.every)
  |> filter(fn: (r) => contains(value: r._field, set: counted))
  |> aggregateWindow(every: 1h, fn: sum, createEmpty: false)
  |> to(bucket: "hourly")
