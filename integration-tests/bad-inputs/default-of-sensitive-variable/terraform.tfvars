password = ["hunter2-hidden"]
port     = "hunter2-hidden"
