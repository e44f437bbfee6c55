"""What `actionary serve` is made of: the listening socket, a server that loses no call, worker processes."""
