"""Thompson sampling as a library, for people who never see V7. The public door is `v7thompson` itself."""
