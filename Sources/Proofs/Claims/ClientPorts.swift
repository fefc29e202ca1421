internal import Glibc

/// Which ports connect() can take, and how often.
extension Claim {
  static let clientPorts = [
    portsPerDestination, portsRunOut, bindBeforeConnect, parity, reservedPorts, listenersTakePorts,
    selfConnect, udpPorts,
  ]

  static let portsPerDestination = Claim(
    "connect-shares-ports",
    "connect() takes one local port for many connections, one to each destination"
  ) { lab in
    try lab.setOnlyPort(40000)
    for port in [7000, 7001, 7002] { _ = try lab.listener(.loopback(port)) }
    var clients: [Socket] = []
    for port in [7000, 7001, 7002] { clients.append(try lab.client(to: .loopback(port))) }
    lab.expect(
      "range of one port, connections to 3 destinations from", clients.map(\.localPort),
      is: [40000, 40000, 40000])
    try lab.expect(
      "connect() to the first again", .fails(EADDRNOTAVAIL),
      try Socket().connect(.loopback(7000)))
  }

  static let portsRunOut = Claim(
    "ephemeral-ports-per-destination",
    "Toward one destination connect() fails with EADDRNOTAVAIL once each port of the range is in use, "
      + "and only there"
  ) { lab in
    try lab.set("net.core.somaxconn", "4096")
    try lab.setPortRange(40000...40299)
    for port in [7000, 7001] { _ = try lab.listener(.loopback(port)) }
    let first = try lab.clients(to: .loopback(7000), atMost: 400)
    lab.expect("range of 300 ports, connections to one destination", first.sockets.count, is: 300)
    lab.expect("then connect()", first.then, is: .fails(EADDRNOTAVAIL))
    let second = try lab.clients(to: .loopback(7001), atMost: 300)
    lab.expect("to another one as many more", second.sockets.count, is: 300)
  }

  static let bindBeforeConnect = Claim(
    "bind-before-connect",
    "A client that calls bind() first has each port once, not once for each destination; "
      + "IP_BIND_ADDRESS_NO_PORT gives that back"
  ) { lab in
    let ports = [7000, 7001, 7002]
    for port in ports { _ = try lab.listener(.loopback(port)) }
    let source = Endpoint("127.0.0.2", 0)
    func count(_ options: Socket.Options) throws -> [Int] {
      try ports.map { port in
        try lab.clients(to: .loopback(port), from: source, options, atMost: 20).sockets.count
      }
    }
    try lab.setPortRange(40000...40009)
    lab.expect(
      "range of 10 ports, connections to each of 3 destinations after bind()", try count([]),
      is: [10, 0, 0])
    try lab.setPortRange(41000...41009)
    lab.expect("with IP_BIND_ADDRESS_NO_PORT", try count(.bindAddressNoPort), is: [10, 10, 10])
  }

  static let parity = Claim(
    "connect-prefers-parity",
    "connect() takes ports of the parity of the lower end first, so it has the half of them that "
      + "bind() does not"
  ) { lab in
    try lab.setPortRange(32768...34767)
    _ = try lab.listener(.loopback(7000))
    let clients = try lab.clients(to: .loopback(7000), atMost: 100)
    lab.expect(
      "range from an even port, even ports of \(clients.sockets.count) connections",
      clients.sockets.count { $0.localPort % 2 == 0 }, is: 100)
    let bound = try (1...100).map { _ in
      let socket = try Socket()
      try socket.bind(.loopback(0))
      return socket
    }
    lab.expect(
      "odd ports of 100 calls of bind() to port 0", bound.count { $0.localPort % 2 == 1 }, is: 100)
  }

  static let reservedPorts = Claim(
    "reserved-ports-not-chosen",
    "connect() never takes a port of ip_local_reserved_ports; bind() to it still may"
  ) { lab in
    try lab.setPortRange(40000...40009)
    try lab.set("net.ipv4.ip_local_reserved_ports", "40000-40003,40008")
    _ = try lab.listener(.loopback(7000))
    let clients = try lab.clients(to: .loopback(7000), atMost: 20)
    lab.expect("5 of 10 ports reserved, connections", clients.sockets.count, is: 5)
    lab.expect(
      "ports of them", clients.sockets.map(\.localPort).sorted(),
      is: [40004, 40005, 40006, 40007, 40009])
    try lab.expect(
      "bind() to a reserved port", .succeeds, try Socket().bindAndListen(.loopback(40001)))
  }

  static let listenersTakePorts = Claim(
    "bound-ports-lost-to-connect",
    "A port that a socket is bound to, on whatever address, is lost to each connect() of the namespace"
  ) { lab in
    try lab.setPortRange(40000...40009)
    _ = try lab.listener(.loopback(7000))
    for port in 40000...40004 { try Socket().bind(Endpoint("127.0.0.5", port)) }
    let clients = try lab.clients(to: .loopback(7000), atMost: 20)
    lab.expect(
      "range of 10 ports, 5 bound on another address, connections", clients.sockets.count, is: 5)
  }

  static let selfConnect = Claim(
    "self-connect",
    "connect() to a local port of the range that nobody listens on may connect to itself"
  ) { lab in
    try lab.setPortRange(40000...40001)
    var attempts = 0
    var isItself = false
    while !isItself && attempts < 1000 {
      attempts += 1
      let socket = try Socket()
      isItself = try lab.answer { try socket.connect(.loopback(40000)) } == .succeeds
      if isItself {
        try lab.expect(
          "connected to itself; bind() of the server", .fails(EADDRINUSE),
          try Socket(.tcp, .reuseAddress).bind(.loopback(40000)))
      } else {
        socket.close()
      }
    }
    lab.expect(
      "range of 2 ports, calls of connect() until then", "\(attempts)", isItself,
      else: "fewer than \(attempts)")
  }

  static let udpPorts = Claim(
    "udp-ports-not-shared",
    "UDP takes a local port for each socket, whatever the destinations, and fails with EAGAIN"
  ) { lab in
    try lab.setPortRange(40000...40009)
    var count = 0
    var answer = Laboratory.Answer.succeeds
    while count < 30 {
      let destination = Endpoint("127.0.0.\(1 + count % 5)", 9)
      answer = try lab.answer { try Socket(.udp).connect(destination) }
      if answer != .succeeds { break }
      count += 1
    }
    lab.expect("range of 10 ports, UDP sockets over 5 destinations", count, is: 10)
    lab.expect("then connect()", answer, is: .fails(EAGAIN))
  }
}
