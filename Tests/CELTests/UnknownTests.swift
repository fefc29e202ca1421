import CEL
import Testing

/// Absent and unreadable facts. `listener.reuse_address` and `sysctl.tcp_mem` cannot be read,
/// `sysctl.tcp_tw_reuse`, `sysctl.port_range.step` and all of `delta` do not exist.
@Suite struct UnknownTests {
  @Test(arguments: [
    // One fact
    Row("has(listener.reuse_address)", "unknown: listener.reuse_address"),
    Row("listener.reuse_address", "unknown: listener.reuse_address"),
    Row("has(sysctl.tcp_tw_reuse)", "false"),
    Row(
      "sysctl.tcp_tw_reuse",
      "error: 'sysctl.tcp_tw_reuse' does not exist: added in Linux 2.6; this kernel is 2.4"),
    Row("has(sysctl.port_range.step)", "false"), Row("has(delta.overflows)", "false"),
    Row("delta.overflows", "error: 'delta' does not exist: no second sample"),
    // Logic: what decides wins, then unknown, then error
    Row("listener.reuse_address && false", "false"),
    Row("false && listener.reuse_address", "false"),
    Row("listener.reuse_address || true", "true"),
    Row("listener.reuse_address && true", "unknown: listener.reuse_address"),
    Row("listener.reuse_address || false", "unknown: listener.reuse_address"),
    Row("1 / 0 == 1 && listener.reuse_address", "unknown: listener.reuse_address"),
    Row("listener.reuse_address || 1 / 0 == 1", "unknown: listener.reuse_address"),
    Row("sysctl.tcp_tw_reuse == 1 && false", "false"),
    Row("sysctl.tcp_tw_reuse == 1 || true", "true"),
    Row(
      "listener.reuse_address && sysctl.tcp_mem > 1",
      "unknown: listener.reuse_address, sysctl.tcp_mem"),
    Row("listener.reuse_address && listener.reuse_address", "unknown: listener.reuse_address"),
    Row("!listener.reuse_address", "unknown: listener.reuse_address"),
    // Conditional
    Row("listener.reuse_address ? 1 : 2", "unknown: listener.reuse_address"),
    Row("has(sysctl.tcp_tw_reuse) ? sysctl.tcp_tw_reuse : 0", "0"),
    // Strict functions
    Row("sysctl.tcp_mem + 1", "unknown: sysctl.tcp_mem"),
    Row("1 / 0 + sysctl.tcp_mem", "unknown: sysctl.tcp_mem"),
    Row("sysctl.tcp_mem + 1 / 0", "unknown: sysctl.tcp_mem"),
    Row("sysctl.tcp_mem == sysctl.tcp_mem + 1", "unknown: sysctl.tcp_mem"),
    Row("[sysctl.tcp_mem, 1 / 0]", "unknown: sysctl.tcp_mem"),
    Row("{'a': sysctl.tcp_mem, 'b': 1 / 0}", "unknown: sysctl.tcp_mem"),
    Row("sysctl.tcp_rmem[sysctl.tcp_mem]", "unknown: sysctl.tcp_mem"),
    Row("sysctl == sysctl", "unknown: sysctl"), Row("listener == listener", "unknown: listener"),
  ])
  func followsTheTable(row: Row) { #expect(Example.value(row.text) == row.expected) }

  /// Ports 80, 90 and 100; how many more could not be read.
  static let partial = Example.activation(
    listeners: [
      Example.listener(80), Example.listener(90),
      Example.listener(100, reuseAddress: .value(.bool(false), nil)),
      .unknown(Unknown([Example.denied])),
    ])

  @Test(arguments: [
    Row("sockets.listeners.exists(l, l.port == 90)", "true"),
    Row("sockets.listeners.exists(l, l.port == 1)", "unknown: sockets.listeners"),
    Row("!sockets.listeners.exists(l, l.port == 1)", "unknown: sockets.listeners"),
    Row("sockets.listeners.all(l, l.port > 80)", "false"),
    Row("sockets.listeners.all(l, l.port >= 80)", "unknown: sockets.listeners"),
    Row("sockets.listeners.exists(l, 1 / 0 == 1)", "unknown: sockets.listeners"),
    Row("sockets.listeners.exists_one(l, l.port > 100)", "unknown: sockets.listeners"),
    Row("sockets.listeners.exists_one(l, l.port > 90)", "unknown: sockets.listeners"),
    Row("sockets.listeners.exists_one(l, l.port > 80)", "false"),
    Row("size(sockets.listeners)", "unknown: sockets.listeners"),
    Row("sockets.listeners.map(l, l.port)", "[80, 90, 100, unknown: sockets.listeners]"),
    Row(
      "sockets.listeners.filter(l, l.port > 80).map(l, l.port)",
      "[90, 100, unknown: sockets.listeners]"),
    Row("sockets.listeners.filter(l, l.port > 80).exists(l, l.port == 100)", "true"),
    Row(
      "sockets.listeners.filter(l, l.port > 80).exists(l, l.port == 80)",
      "unknown: sockets.listeners"),
    Row("sockets.listeners.map(l, 1 / (l.port - 80))", "unknown: sockets.listeners"),
    Row("90 in sockets.listeners.map(l, l.port)", "true"),
    Row("91 in sockets.listeners.map(l, l.port)", "unknown: sockets.listeners"),
    Row("sockets.listeners[1].port", "90"),
    Row("sockets.listeners[3].port", "unknown: sockets.listeners"),
    Row("sockets.listeners[99].port", "unknown: sockets.listeners"),
    Row("sockets.listeners[-1].port", "error: index -1 is below 0"),
    Row("sockets.listeners.map(l, l.port) == [80, 91, 100]", "false"),
    Row("sockets.listeners.map(l, l.port) == [80, 90]", "false"),
    Row("sockets.listeners.map(l, l.port) == [80, 90, 100]", "unknown: sockets.listeners"),
    Row("sockets.listeners.map(l, l.port) == [80, 90, 100, 1]", "unknown: sockets.listeners"),
    Row("[80, 91] != sockets.listeners.map(l, l.port)", "true"),
    Row("[1] + sockets.listeners.map(l, l.port)", "[1, 80, 90, 100, unknown: sockets.listeners]"),
    // What follows a gap has no place any more.
    Row("sockets.listeners.map(l, l.port) + [1]", "[80, 90, 100, unknown: sockets.listeners]"),
  ])
  func partlyReadListsKeepTheirGap(row: Row) {
    #expect(Example.value(row.text, in: Self.partial) == row.expected)
  }

  @Test func elementsThatCannotBeReadAreNamed() {
    let activation = Example.activation(
      listeners: [
        Example.listener(80), Example.listener(81, reuseAddress: .unavailable(Example.denied)),
      ])
    #expect(
      Example.value("sockets.listeners.all(l, l.reuse_address)", in: activation)
        == "unknown: sockets.listeners[1].reuse_address")
    #expect(
      Example.value("sockets.listeners.filter(l, l.reuse_address)", in: activation)
        == "unknown: sockets.listeners[1].reuse_address")
    #expect(
      Example.value("sockets.listeners.filter(l, l.port > 80)[0].reuse_address", in: activation)
        == "unknown: sockets.listeners.filter(l, l.port > 80)[0].reuse_address")
  }

  @Test func saysWhyAndWhatToGrant() throws {
    let expression = try Expression.compile("listener.reuse_address", schema: Example.schema)
    guard case .unknown(let unknown) = expression.evaluate(in: Example.activation()).value else {
      Issue.record("it is known")
      return
    }
    #expect(
      unknown.missing == [
        Missing(
          fact: "listener.reuse_address", reason: "permission denied", grant: "CAP_SYS_PTRACE")
      ])
  }

  @Test func variablesMayBeMissingToo() throws {
    let expression = try Expression.compile("raw['a'] == 'b'", schema: Example.schema)
    let unavailable = expression.evaluate(in: Activation(["raw": .unavailable(Example.denied)]))
    #expect(unavailable.value.description == "unknown: raw")
    let unknown = expression.evaluate(
      in: Activation(["raw": .value(.unknown(Unknown([Example.denied])), nil)]))
    #expect(unknown.value.description == "unknown: raw")
    let none = expression.evaluate(in: Activation())
    #expect(none.value.description == "error: there is no value for 'raw'")
  }
}
