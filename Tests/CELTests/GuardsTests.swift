import CEL
import Testing

/// `tcp_tw_reuse`, `port_range`, `port_range.step` and `backlog` may be absent.
@Suite struct GuardsTests {
  @Test(arguments: [
    Row("sysctl.tcp_tw_reuse == 1", "0..<19 sysctl.tcp_tw_reuse"),
    Row("has(sysctl.tcp_tw_reuse) && sysctl.tcp_tw_reuse == 1", ""),
    Row("sysctl.tcp_tw_reuse == 1 && has(sysctl.tcp_tw_reuse)", "0..<19 sysctl.tcp_tw_reuse"),
    Row("!has(sysctl.tcp_tw_reuse) || sysctl.tcp_tw_reuse == 1", ""),
    Row("has(sysctl.tcp_tw_reuse) || sysctl.tcp_tw_reuse == 1", "28..<47 sysctl.tcp_tw_reuse"),
    Row("has(sysctl.tcp_tw_reuse) ? sysctl.tcp_tw_reuse : 0", ""),
    Row("has(sysctl.tcp_tw_reuse) ? 0 : sysctl.tcp_tw_reuse", "31..<50 sysctl.tcp_tw_reuse"),
    Row("!has(sysctl.tcp_tw_reuse) ? 0 : sysctl.tcp_tw_reuse", ""),
    Row("!(!has(sysctl.tcp_tw_reuse) || false) && sysctl.tcp_tw_reuse == 1", ""),
    Row("(has(sysctl.tcp_tw_reuse) ? true : false) && sysctl.tcp_tw_reuse == 1", ""),
    Row(
      "(has(sysctl.tcp_tw_reuse) || sockets.tcp > 1) && sysctl.tcp_tw_reuse == 1",
      "49..<68 sysctl.tcp_tw_reuse"),
    // What holds a field
    Row("sysctl.port_range.first > 1", "0..<17 sysctl.port_range"),
    Row("has(sysctl.port_range) && sysctl.port_range.first > 1", ""),
    Row("has(sysctl.port_range.first) && sysctl.port_range.last > 1", ""),
    Row("has(sysctl.port_range.step) && sysctl.port_range.step > 1", ""),
    Row("has(sysctl.port_range) && sysctl.port_range.step > 1", "26..<48 sysctl.port_range.step"),
    // Macros
    Row("sockets.listeners.exists(l, l.backlog > 1)", "28..<37 l.backlog"),
    Row("sockets.listeners.exists(l, has(l.backlog) && l.backlog > 1)", ""),
    Row("sockets.listeners.map(l, has(l.backlog), l.backlog) == []", ""),
    Row("has(sysctl.tcp_tw_reuse) && sockets.listeners.all(l, l.port > sysctl.tcp_tw_reuse)", ""),
    Row(
      "sockets.listeners.exists(l, has(l.backlog)) && sockets.listeners.exists(l, l.backlog > 1)",
      "75..<84 l.backlog"),
    Row(
      "sockets.listeners.exists(l, has(sysctl.tcp_tw_reuse)) && sysctl.tcp_tw_reuse == 1", ""),
    Row(
      "sockets.listeners.all(l, has(sysctl.tcp_tw_reuse)) && sysctl.tcp_tw_reuse == 1",
      "54..<73 sysctl.tcp_tw_reuse"),
    // Elements
    Row("sockets.listeners[0].backlog > 1", "0..<28 sockets.listeners[0].backlog"),
    Row("has(sockets.listeners[0].backlog) && sockets.listeners[0].backlog > 1", ""),
    Row(
      "has(sockets.listeners[0].backlog) && sockets.listeners[1].backlog > 1",
      "37..<65 sockets.listeners[1].backlog"),
    Row("sysctl.tcp_rmem[sysctl.tcp_tw_reuse] > 1", "16..<35 sysctl.tcp_tw_reuse"),
    Row("size([sysctl.tcp_tw_reuse]) == 1", "6..<25 sysctl.tcp_tw_reuse"),
    Row("{'a': sysctl.tcp_tw_reuse}.a == 1", "6..<25 sysctl.tcp_tw_reuse"),
  ])
  func flagsWhatNoHasGuards(row: Row) throws {
    let expression = try Expression.check(row.text, schema: Example.schema)
    let found = expression.unguardedAbsentFields().map { "\($0.range) \($0.path)" }
    #expect(found.joined(separator: " ") == row.expected)
  }

  @Test(arguments: [
    Row("has(sysctl.port_range.step)", "sysctl.port_range sysctl.port_range.step"),
    Row("has(delta.overflows) && sockets.tcp > 1", "delta.overflows"),
    Row("has(delta.overflows) || has(sysctl.port_range)", ""),
    Row("has(delta.overflows) ? sockets.tcp > 1 : false", "delta.overflows"),
    Row("!(!has(delta.overflows) || sockets.tcp > 1)", "delta.overflows"),
    Row("sockets.listeners.exists(l, has(l.backlog) && has(delta.overflows))", "delta.overflows"),
    Row("false", ""),
  ])
  func saysWhatItGuarantees(row: Row) throws {
    let expression = try Expression.check(row.text, schema: Example.schema)
    #expect(expression.guarantees.sorted().joined(separator: " ") == row.expected)
  }

  @Test func anotherExpressionCanGuard() throws {
    let applies = try Expression.check("has(sysctl.port_range.first)", schema: Example.schema)
    let when = try Expression.check(
      "sysctl.port_range.last > 1 && delta.overflows > 1", schema: Example.schema)
    #expect(
      when.unguardedAbsentFields(guardedBy: applies.guarantees).map(\.path) == ["delta.overflows"])
  }

  @Test(arguments: [
    Row("sysctl.tcp_fin_timeout > 1 && sysctl.tcp_fin_timeout < 9", "sysctl.tcp_fin_timeout"),
    Row("has(delta.overflows)", "delta.overflows"),
    Row("raw['vendor.key'] == raw.other", "raw[\"vendor.key\"] raw.other"),
    Row(
      "sockets.listeners.exists(l, l.port == sysctl.tcp_rmem[0])",
      "sockets.listeners sockets.listeners[].port sysctl.tcp_rmem[]"),
    Row(
      "sockets.listeners.filter(l, l.load > 1).map(m, m.port)[sockets.tcp] == 1",
      "sockets.tcp sockets.listeners sockets.listeners[].load sockets.listeners[].port"),
    Row(
      "[1].exists(x, x > 1) ? {'a': listener.port}.a : -uptime.getHours()", "listener.port uptime"),
  ])
  func namesWhatItRefersTo(row: Row) throws {
    let expression = try Expression.compile(row.text, schema: Example.schema)
    #expect(expression.references.joined(separator: " ") == row.expected)
  }
}
