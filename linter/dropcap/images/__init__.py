"""What files tell about images: what a Dockerfile's steps leave in them."""
