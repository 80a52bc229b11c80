"""The shell: Faust, Kafka, InfluxDB and the clock of the machine stand here and nowhere deeper."""
