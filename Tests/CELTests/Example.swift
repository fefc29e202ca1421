import CEL

/// A small schema with every kind of field, and a host that fits it.
enum Example {
  static let schema = Schema(
    variables: [
      "sysctl": .init(type: .object("Sysctl"), documentation: ""),
      "sockets": .init(type: .object("Sockets"), documentation: ""),
      "listener": .init(type: .object("Listener"), documentation: ""),
      "raw": .init(type: .map(.string, .string), documentation: ""),
      "delta": .init(type: .object("Delta"), documentation: ""),
      "uptime": .init(type: .duration, documentation: ""),
    ],
    objects: [
      "Sysctl": object(
        "Sysctl",
        [
          field("tcp_tw_reuse", .int, mayBeAbsent: true), field("tcp_fin_timeout", .int),
          field("port_range", .object("PortRange"), mayBeAbsent: true), field("reserved", .intSet),
          field("tcp_rmem", .list(.int)), field("tcp_mem", .int),
        ]),
      "PortRange": object(
        "PortRange",
        [
          field("first", .int), field("last", .int), field("step", .int, mayBeAbsent: true),
        ]),
      "Sockets": object(
        "Sockets",
        [
          field("listeners", .list(.object("Listener"))), field("tcp", .int),
        ]),
      "Listener": object(
        "Listener",
        [
          field("port", .int), field("address", .string), field("reuse_address", .bool),
          field("backlog", .int, mayBeAbsent: true), field("load", .double),
        ]),
      "Delta": object("Delta", [field("overflows", .int, mayBeAbsent: true)]),
    ])

  private static func object(
    _ name: String, _ fields: [Schema.FieldDeclaration]
  ) -> Schema.ObjectType { .init(name: name, documentation: "", fields: fields) }

  private static func field(
    _ name: String, _ type: Type, mayBeAbsent: Bool = false
  ) -> Schema.FieldDeclaration {
    .init(name: name, type: type, documentation: "", mayBeAbsent: mayBeAbsent)
  }

  static let denied = Missing(reason: "permission denied", grant: "CAP_SYS_PTRACE")
  static let file = Origin.file(SourceLocation(path: "/etc/sysctl.d/10.conf", line: 3))

  static func listener(
    _ port: Int64, reuseAddress: Field = .value(.bool(true), nil),
    backlog: Field = .value(.int(128), nil)
  ) -> Value {
    .object(
      ObjectValue(
        typeName: "Listener",
        fields: [
          "port": .value(.int(port), nil), "address": .value(.string("0.0.0.0"), nil),
          "reuse_address": reuseAddress, "backlog": backlog,
          "load": .value(.double(0.5), nil),
        ]))
  }

  /// `listeners` may end in an unknown element.
  static func activation(listeners: [Value] = []) -> Activation {
    let range = ObjectValue(
      typeName: "PortRange",
      fields: [
        "first": .value(.int(32768), nil), "last": .value(.int(60999), nil),
        "step": .absent("this kernel has none"),
      ])
    let sysctl = ObjectValue(
      typeName: "Sysctl",
      fields: [
        "tcp_tw_reuse": .absent("added in Linux 2.6; this kernel is 2.4"),
        "tcp_fin_timeout": .value(.int(60), .defaultValue("6.1")),
        "port_range": .value(.object(range), file),
        "reserved": .value(.intSet(IntegerSet([8080...8081])), nil),
        "tcp_rmem": .value(.list([.int(4096), .int(131072)]), file),
        "tcp_mem": .unavailable(denied),
      ])
    var raw = MapValue()
    raw.insert(.init(key: .string("vendor.key"), value: .string("on"), origin: file))
    let sockets = ObjectValue(
      typeName: "Sockets",
      fields: [
        "listeners": .value(.list(listeners), .dump("sock_diag")), "tcp": .value(.int(7), nil),
      ])
    return Activation([
      "sysctl": .value(.object(sysctl), nil), "sockets": .value(.object(sockets), nil),
      "listener": .value(listener(80, reuseAddress: .unavailable(denied)), nil),
      "raw": .value(.map(raw), nil), "delta": .absent("no second sample"),
      "uptime": .value(.duration(.seconds(90)), nil),
    ])
  }

  /// The value of an expression as text; what is wrong with it if it does not compile.
  static func value(
    _ text: String, in activation: Activation = activation(), options: CheckOptions = .rule
  ) -> String {
    do throws(Diagnostics) {
      let expression = try Expression.compile(text, schema: schema, options: options)
      return expression.evaluate(in: activation).value.description
    } catch {
      return "\(error)"
    }
  }

  /// The problems of an expression, one a line.
  static func problems(_ text: String, options: CheckOptions = .rule) -> String {
    do throws(Diagnostics) {
      _ = try Expression.compile(text, schema: schema, options: options)
      return "none"
    } catch {
      return "\(error)"
    }
  }
}

/// An expression and what is expected of it.
struct Row: Sendable, CustomStringConvertible {
  let text: String
  let expected: String

  init(_ text: String, _ expected: String) {
    self.text = text
    self.expected = expected
  }

  var description: String { text }
}
