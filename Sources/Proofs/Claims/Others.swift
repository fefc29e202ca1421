internal import Glibc

/// Listen queues and namespaces.
extension Claim {
  static let others = [somaxconn, listenerOfReuseport, namespaceDefaults, hostWideKeys]

  static let somaxconn = Claim(
    "somaxconn-clamps-backlog",
    "listen() cuts its backlog to somaxconn as it is then; a later change acts on the next listen()"
  ) { lab in
    try lab.set("net.core.somaxconn", "4")
    let listener = try Socket()
    try listener.bind(.loopback(7000))
    try listener.listen(backlog: 100)
    lab.expect(
      "somaxconn = 4, queue after listen(100)", try listener.acceptQueue().limit, is: 4)
    for _ in 1...20 {
      let client = try Socket(.tcp, .nonBlocking)
      // That it goes on in the background is all that is wanted of it.
      _ = try lab.answer(allowing: .fails(EINPROGRESS)) { try client.connect(.loopback(7000)) }
    }
    try lab.require("a queue of 5 connections") { try listener.acceptQueue().length >= 5 }
    lab.expect("of 20 clients it takes", try listener.acceptQueue().length, is: 5)
    try lab.set("net.core.somaxconn", "64")
    lab.expect("somaxconn = 64, queue", try listener.acceptQueue().limit, is: 4)
    try listener.listen(backlog: 100)
    lab.expect("after another listen(100)", try listener.acceptQueue().limit, is: 64)
  }

  static let listenerOfReuseport = Claim(
    "reuseport-close-resets",
    "A socket of a SO_REUSEPORT group that closes resets its waiting connections; "
      + "tcp_migrate_req = 1 gives them to the others"
  ) { lab in
    /// Connections of 60 clients that are left after one of two listeners has closed.
    func survivors(_ port: Int) throws -> (had: Int, lost: Int) {
      let first = try lab.listener(.loopback(port), .reusePort)
      let second = try lab.listener(.loopback(port), .reusePort)
      _ = try lab.clients(to: .loopback(port), atMost: 60)
      try lab.require("a queue of 60 connections") {
        try first.acceptQueue().length + second.acceptQueue().length == 60
      }
      let had = try second.acceptQueue().length
      second.close()
      // Where they move they do so within close().
      let left = try lab.count(.established, localPort: port)
      return (had, 60 - left)
    }
    let without = try survivors(7000)
    lab.expect(
      "of 60 connections 1 of 2 listeners held \(without.had); lost as it closed",
      "\(without.lost)", without.lost == without.had && without.had > 0, else: "\(without.had)")
    try lab.set("net.ipv4.tcp_migrate_req", "1")
    let with = try survivors(7001)
    lab.expect("with tcp_migrate_req = 1 of its \(with.had)", with.lost, is: 0)
  }

  static let namespaceDefaults = Claim(
    "namespace-starts-with-defaults",
    "A new network namespace starts with the kernel's defaults, whatever was set where it was made"
  ) { lab in
    let values = [
      ("net.ipv4.tcp_tw_reuse", "1"), ("net.ipv4.ip_local_port_range", "20000 20999"),
      ("net.core.somaxconn", "77"), ("net.ipv4.tcp_fin_timeout", "17"),
    ]
    let defaults = try values.map { key, value in
      let before = try lab.sysctl(key)
      try lab.set(key, value)
      return before
    }
    try ScratchNamespace.enterAnother()
    for ((key, value), before) in zip(values, defaults) {
      let seen = try lab.sysctl(key) ?? "none"
      lab.expect(
        "\(key) = \(value), in a namespace made then", seen, seen == before && seen != value,
        else: before ?? "none")
    }
  }

  static let hostWideKeys = Claim(
    "host-wide-keys-not-in-namespaces",
    "Parameters of the whole host, such as tcp_mem, are in no other network namespace than its own"
  ) { lab in
    let keys = [
      "net.ipv4.tcp_mem", "net.ipv4.udp_mem", "net.ipv4.tcp_max_orphans",
      "net.core.netdev_max_backlog",
    ]
    for key in keys {
      try lab.expect("\(key) in a new namespace", lab.sysctl(key) ?? "none", is: "none")
    }
    try lab.expect(
      "net.ipv4.tcp_tw_reuse", lab.sysctl("net.ipv4.tcp_tw_reuse") == nil ? "none" : "there",
      is: "there")
  }
}
