import CEL

/// A schema with a field of every kind, and facts in all three states.
enum ExpressionFacts {
  static let schema = Schema(
    variables: [
      "sysctl": .init(type: .object("Sysctl"), documentation: ""),
      "listeners": .init(type: .list(.object("Listener")), documentation: ""),
      "raw": .init(type: .map(.string, .string), documentation: ""),
      "delta": .init(type: .object("Delta"), documentation: ""),
      "uptime": .init(type: .duration, documentation: ""),
      "denied": .init(type: .bool, documentation: ""),
    ],
    objects: [
      "Sysctl": object(
        "Sysctl",
        [
          field("reuse", .int, mayBeAbsent: true), field("timeout", .int), field("mem", .int),
          field("range", .object("Range"), mayBeAbsent: true), field("reserved", .intSet),
          field("rmem", .list(.int)),
        ]),
      "Range": object("Range", [field("first", .int), field("last", .int)]),
      "Listener": object(
        "Listener",
        [
          field("port", .int), field("address", .string), field("reuse", .bool),
          field("backlog", .int, mayBeAbsent: true), field("load", .double),
        ]),
      "Delta": object("Delta", [field("overflows", .int, mayBeAbsent: true)]),
    ])

  static let activation: Activation = {
    let sysctl = [
      "reuse": Field.absent("added in Linux 2.6; this kernel is 2.4"),
      "timeout": .value(.int(60), .defaultValue("6.1")), "mem": .unavailable(missing),
      "range": .value(
        .object(
          ObjectValue(
            typeName: "Range",
            fields: ["first": .value(.int(32768), nil), "last": .value(.int(60999), nil)])), file),
      "reserved": .value(.intSet(IntegerSet([80...80, 8080...8081])), nil),
      "rmem": .value(.list([.int(4096), .int(.max), .int(.min)]), file),
    ]
    var raw = MapValue()
    raw.insert(.init(key: .string("vendor.key"), value: .string("\u{1b}é\n"), origin: file))
    return Activation([
      "sysctl": .value(.object(ObjectValue(typeName: "Sysctl", fields: sysctl)), nil),
      // Read in part only.
      "listeners": .value(
        .list([
          listener(80, reuse: .value(.bool(true), nil)),
          listener(65535, reuse: .unavailable(missing)),
          .unknown(Unknown([missing])),
        ]), .dump("sock_diag")),
      "raw": .value(.map(raw), nil), "delta": .absent("no second sample"),
      "uptime": .value(.duration(.seconds(90)), nil), "denied": .unavailable(missing),
    ])
  }()

  private static let file = Origin.file(SourceLocation(path: "/etc/sysctl.d/10.conf", line: 3))
  private static let missing = Missing(reason: "permission denied", grant: "CAP_SYS_PTRACE")

  private static func object(
    _ name: String, _ fields: [Schema.FieldDeclaration]
  ) -> Schema.ObjectType { .init(name: name, documentation: "", fields: fields) }

  private static func field(
    _ name: String, _ type: Type, mayBeAbsent: Bool = false
  ) -> Schema.FieldDeclaration {
    .init(name: name, type: type, documentation: "", mayBeAbsent: mayBeAbsent)
  }

  private static func listener(_ port: Int64, reuse: Field) -> Value {
    .object(
      ObjectValue(
        typeName: "Listener",
        fields: [
          "port": .value(.int(port), nil), "address": .value(.string("0.0.0.0"), nil),
          "reuse": reuse, "backlog": .absent("/proc/net does not show it"),
          "load": .value(.double(0.5), nil),
        ]))
  }
}
