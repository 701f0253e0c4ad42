locals {
  name = "plätform"
  zöne = lokal.name
  	tab = "基盤" + 1
}
