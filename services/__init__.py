"""The seven services; each is one counter with three doors: HTTP, activities and Kafka."""
