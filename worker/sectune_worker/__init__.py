"""SecTune's Python half: training, log-probabilities, embeddings and local generation, driven over NDJSON on stdio."""
