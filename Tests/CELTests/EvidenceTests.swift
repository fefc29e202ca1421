import CEL
import Testing

/// The facts that decided. Listeners 80, 90 and 100; only the last has no SO_REUSEADDR.
@Suite struct EvidenceTests {
  static let activation = Example.activation(
    listeners: [
      Example.listener(80), Example.listener(90),
      Example.listener(100, reuseAddress: .value(.bool(false), nil)),
    ])

  @Test(arguments: [
    Row("sysctl.tcp_fin_timeout > 1", "sysctl.tcp_fin_timeout=60"),
    // `&&` and `||`
    Row("sysctl.tcp_fin_timeout > 99 && sockets.tcp > 1", "sysctl.tcp_fin_timeout=60"),
    Row("sockets.tcp > 1 && sysctl.tcp_fin_timeout > 99", "sysctl.tcp_fin_timeout=60"),
    Row("sockets.tcp > 1 && sysctl.tcp_fin_timeout > 1", "sockets.tcp=7 sysctl.tcp_fin_timeout=60"),
    Row("sockets.tcp > 99 || sysctl.tcp_fin_timeout > 1", "sysctl.tcp_fin_timeout=60"),
    Row(
      "sockets.tcp > 99 || sysctl.tcp_fin_timeout > 99", "sockets.tcp=7 sysctl.tcp_fin_timeout=60"),
    Row("!(sockets.tcp > 1 && sysctl.tcp_fin_timeout > 99)", "sysctl.tcp_fin_timeout=60"),
    Row("sysctl.tcp_mem > 1 || sockets.tcp > 1", "sockets.tcp=7"),
    // Once each, in the order of reading
    Row("sockets.tcp > 1 && sockets.tcp < 99", "sockets.tcp=7"),
    Row("sockets.tcp < sysctl.tcp_fin_timeout", "sockets.tcp=7 sysctl.tcp_fin_timeout=60"),
    // Leaves only
    Row("has(sysctl.port_range) && sysctl.port_range.first > 1", "sysctl.port_range.first=32768"),
    Row("8080 in sysctl.reserved", "sysctl.reserved={8080-8081}"),
    Row("sysctl.tcp_rmem[1] > 1", "sysctl.tcp_rmem[1]=131072"),
    Row("4096 in sysctl.tcp_rmem", "sysctl.tcp_rmem=[4096, 131072]"),
    Row("raw['vendor.key'] == 'on'", "raw[\"vendor.key\"]=\"on\""),
    Row("raw.exists(k, raw[k] == 'on')", "raw[\"vendor.key\"]=\"on\""),
    Row("has(listener.port)", "listener.port=80"), Row("has(sysctl.tcp_tw_reuse)", ""),
    Row("size(sockets.listeners) == 3", ""),
    Row(
      "sockets.tcp > 1 ? listener.port : sysctl.tcp_fin_timeout", "sockets.tcp=7 listener.port=80"),
    // Inside macros: the deciding element
    Row("sockets.listeners.exists(l, l.port == 90)", "sockets.listeners[1].port=90"),
    Row("sockets.listeners.exists(l, l.port == 1)", ""),
    Row("sockets.listeners.all(l, l.reuse_address)", "sockets.listeners[2].reuse_address=false"),
    Row("sockets.listeners.all(l, l.port > 1)", ""),
    Row(
      "sockets.tcp > 1 && sockets.listeners.exists(l, l.port > 80 && l.load < 1.0)",
      "sockets.tcp=7 sockets.listeners[1].port=90 sockets.listeners[1].load=0.5"),
    Row("sockets.listeners.exists_one(l, l.port > 90)", "sockets.listeners[2].port=100"),
    Row(
      "sockets.listeners.filter(l, !l.reuse_address).size() > 0",
      "sockets.listeners[2].reuse_address=false"),
    Row(
      "sockets.listeners.filter(l, l.port > 80).exists(m, m.load < 1.0 && m.port > 90)",
      "sockets.listeners[1].port=90 sockets.listeners[2].port=100 sockets.listeners[2].load=0.5"),
    Row("sysctl.tcp_rmem.exists(x, x > 4096)", "sysctl.tcp_rmem[1]=131072"),
    Row(
      "sockets.listeners.exists(l, sysctl.tcp_rmem.exists(x, x < l.port * 100))",
      "sysctl.tcp_rmem[0]=4096 sockets.listeners[0].port=80"),
    Row(
      "sockets.listeners.map(l, l.port).exists(p, p == 90)",
      "sockets.listeners[0].port=80 sockets.listeners[1].port=90 sockets.listeners[2].port=100 p=90"
    ),
  ])
  func namesWhatDecided(row: Row) throws {
    let expression = try Expression.compile(row.text, schema: Example.schema)
    let evidence = expression.evaluate(in: Self.activation, recordingEvidence: true).evidence
    #expect(evidence.map { "\($0.path)=\($0.value)" }.joined(separator: " ") == row.expected)
    #expect(expression.evaluate(in: Self.activation).evidence.isEmpty)
  }

  @Test func originsComeFromTheNearestHolder() throws {
    let expression = try Expression.compile(
      """
      sysctl.port_range.first > 1 && sysctl.tcp_fin_timeout > 1 && raw['vendor.key'] == 'on'
        && sockets.listeners.exists(l, l.port == 90) && sockets.tcp > 1
      """, schema: Example.schema)
    let evidence = expression.evaluate(in: Self.activation, recordingEvidence: true).evidence
    #expect(
      evidence.map(\.origin) == [
        Example.file, .defaultValue("6.1"), Example.file, .dump("sock_diag"), nil,
      ])
  }
}
