"""What a lock holds a project to: written, compared, built again from nothing."""
