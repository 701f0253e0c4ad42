name        = "ci-platform"
environment = "production"
region      = "ap-northeast-1"

user_cidrs = ["198.51.100.0/24", "203.0.113.0/24"] # the two offices
api_cidrs  = ["198.51.100.0/24"]

zone_name          = "ci.example.com"
load_balancer_name = "jenkins-3f1c9a7d5e.ap-northeast-1.elb.amazonaws.com"
platform_contact   = "platform@example.com"

# This stack is set up and torn down for trying things out: names become free at once. Leave both out where it matters.
secret_recovery_window_days = 0
key_deletion_window_days    = 7

# Adding a team is adding an entry. Take the next free uid, and never use one again.
tenants = {
  payments = {
    contact     = "payments@example.com"
    uid         = 10001
    storage_gib = 200
    executors   = 30
    admins      = ["aiko@example.com", "bela@example.com"]
    deploy_role_arns = [
      "arn:aws:iam::222200000001:role/payments-deploy",
      "arn:aws:iam::222200000002:role/payments-deploy",
    ]
    internal_systems = {
      "card vault" = { cidr = "10.80.4.0/24" }
      "ledger"     = { cidr = "10.80.5.16/28", port = 5432 }
    }
  }

  search = {
    contact     = "search@example.com"
    uid         = 10002
    arch        = "arm64"
    storage_gib = 100
    executors   = 20
    admins      = ["chie@example.com"]
  }

  mobile = {
    contact     = "mobile@example.com"
    uid         = 10003
    storage_gib = 500
    executors   = 40
    admins      = ["dario@example.com", "emi@example.com"]
    internal_systems = {
      "signing service" = { cidr = "10.80.9.10/32", port = 8443 }
    }
  }

  data-platform = {
    contact          = "data-platform@example.com"
    uid              = 10004
    capacity         = "on-demand" # builds of many hours, which an interruption would throw away
    storage_gib      = 300
    admins           = ["farid@example.com"]
    deploy_role_arns = ["arn:aws:iam::222200000011:role/data-deploy"]
    internal_systems = {
      "warehouse" = { cidr = "10.81.0.0/20", port = 5439 }
    }
  }

  identity = {
    contact  = "identity@example.com"
    uid      = 10005
    capacity = "on-demand"
    admins   = ["goro@example.com"]
    internal_systems = {
      "directory" = { cidr = "10.80.2.0/27", port = 636 }
    }
  }

  storefront = {
    contact          = "storefront@example.com"
    uid              = 10006
    storage_gib      = 100
    admins           = ["hana@example.com", "ines@example.com"]
    deploy_role_arns = ["arn:aws:iam::222200000021:role/storefront-deploy"]
  }

  logistics = {
    contact = "logistics@example.com"
    uid     = 10007
    admins  = ["jun@example.com"]
    internal_systems = {
      "warehouse robots" = { cidr = "10.90.0.0/16", port = 8883 }
    }
  }

  games = {
    contact     = "games@example.com"
    uid         = 10008
    arch        = "arm64"
    capacity    = "on-demand"
    storage_gib = 1000
    executors   = 25
    admins      = ["kaoru@example.com"]
    domain      = "build.ci.example.com" # the name from before the platform, which is in too many bookmarks
  }

  research = {
    contact = "research@example.com"
    uid     = 10009
    arch    = "arm64"
    admins  = ["lena@example.com"]
  }

  sre = {
    contact          = "platform@example.com"
    uid              = 10010
    storage_gib      = 20
    executors        = 5
    admins           = ["mio@example.com", "noor@example.com"]
    deploy_role_arns = ["arn:aws:iam::222200000099:role/sre-deploy"]
  }
}
