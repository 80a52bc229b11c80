"""What a Kafka broker must hold before the parts start: the topics, made by our installer alone."""
