import CEL

/// Facts for reports of tests, as `Host.activation` gives them.
enum SampleFacts {
  static func object(_ fields: [String: Value?], unknown: [String] = []) -> Value {
    var known: [String: Field] = [:]
    for (name, value) in fields {
      known[name] = value.map { .value($0, nil) } ?? .absent("there is none")
    }
    for name in unknown { known[name] = .unavailable(Missing(reason: "permission denied")) }
    return .object(ObjectValue(typeName: "Sample", fields: known))
  }

  static func facts(_ variables: [String: Value]) -> Activation {
    Activation(variables.mapValues { .value($0, nil) })
  }

  static func destination(
    _ address: String, held: Int64, of available: Int64, from source: String = "192.0.2.1",
    device: String? = nil
  ) -> Value {
    object([
      "local_address": .string(source), "address": .string(address), "port": .int(5432),
      "device": device.map(Value.string), "ports_held": .int(held),
      "ports_available": .int(available),
    ])
  }

  static func parameter(
    _ key: String, drifts: Bool?, catalogued: Bool = true, owner: String? = nil
  ) -> Value {
    object(
      [
        "key": .string(key), "catalogued": .bool(catalogued),
        "live_owner": owner.map(Value.string),
      ].merging(drifts.map { ["drifts": .bool($0)] } ?? [:]) { first, _ in first },
      unknown: drifts == nil ? ["drifts"] : [])
  }

  static func sockets(
    destinations: [Value], small: Int64? = 3, total: Int64? = 200, blocked: Int64? = 4,
    timeWait: Int64? = 195
  ) -> Value {
    func field(_ name: String, _ number: Int64?) -> [String: Field] {
      [
        name: number.map { .value(.int($0), nil) }
          ?? .unavailable(Missing(reason: "permission denied"))
      ]
    }
    let pool = field("total", total).merging(field("blocked", blocked)) { first, _ in first }
    return .object(
      ObjectValue(
        typeName: "Sockets",
        fields: [
          "port_pool": .value(.object(ObjectValue(typeName: "PortPool", fields: pool)), nil),
          "states": .value(
            .object(ObjectValue(typeName: "TCPStates", fields: field("time_wait", timeWait))), nil),
          "destinations": .value(.list(destinations), nil),
        ].merging(field("small_destinations", small)) { first, _ in first }))
  }

  static func configuration(_ parameters: [Value]) -> [String: Value] {
    [
      "host": object(["systemd": .bool(true)]), "netns": object(["is_pid1": .bool(true)]),
      "sysctl_config": object(["keys": .list(parameters)]),
    ]
  }

  /// Of a busy host.
  static let full = facts(
    configuration([
      parameter("net.core.somaxconn", drifts: false),
      parameter("net.ipv4.tcp_rmem", drifts: true),
      parameter("net.ipv4.ip_forward", drifts: true, owner: "docker"),
      parameter("vendor.parameter", drifts: true, catalogued: false),
      parameter("net.ipv4.tcp_fin_timeout", drifts: nil),
    ]).merging([
      "sockets": sockets(destinations: [
        destination("192.0.2.8", held: 20, of: 196), destination("192.0.2.7", held: 195, of: 200),
        destination("fe80::7", held: 49, of: 196, from: "fe80::1", device: "eth0"),
      ])
    ]) { first, _ in first })

  /// Names that are chosen to do harm.
  static let hostile = facts(
    configuration(
      ["net.\u{1b}[2J", "a\"} 1\nforged 2", "back\\slash", "# HELP x y"].map {
        parameter($0, drifts: true)
      }
    ).merging([
      "sockets": sockets(destinations: [
        destination("a\"b\\c\nd", held: 1, of: 2), destination("\u{202e}x", held: 1, of: 0),
      ])
    ]) { first, _ in first })
}
