terraform {
  backend "s3" {
    bucket = "states"
    key    = "platform.tfstate"
  }
}
