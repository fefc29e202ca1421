internal import CEL

/// Kernel parameters by name, as text: `sysctl_raw["vendor.key"]`, for keys that the catalogue does
/// not have. Only what rules name is read.
struct RawSysctls: Sendable {
  /// By key as it was asked for; several values of one parameter are parted by single spaces.
  let readings: [String: Reading<String>]

  static func read(_ keys: [String], from root: HostRoot) -> RawSysctls {
    var readings: [String: Reading<String>] = [:]
    for key in keys where readings[key] == nil { readings[key] = read(key, from: root) }
    return RawSysctls(readings: readings)
  }

  static func unavailable(_ keys: [String], _ why: Unreadable) -> RawSysctls {
    RawSysctls(
      readings: Dictionary(
        keys.map { ($0, .unavailable(why)) }, uniquingKeysWith: { first, _ in first }))
  }

  private static func read(_ key: String, from root: HostRoot) -> Reading<String> {
    let path = ProcSys.path(of: key)
    root.recorder?.asked(path)
    let components = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !components.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      return .unavailable(.init("'\(key)' is not the name of a kernel parameter"))
    }
    switch root.text(path, chunk: 1 << 18) {
    case .value(let text, let origin): return .value(words(text).joined(separator: " "), origin)
    case .absent: return .absent("the kernel has no '\(key)'")
    case .unavailable(let why): return .unavailable(why)
    }
  }

  static let factType = Type.map(.string, .string)

  /// A map: an absent key has no entry, an unreadable one an unknown value.
  var factValue: CEL.Value {
    var map = MapValue()
    for (key, reading) in readings.sorted(by: { $0.key < $1.key }) {
      switch reading {
      case .value(let text, let origin):
        map.insert(.init(key: .string(key), value: .string(text), origin: origin))
      case .absent: continue
      case .unavailable(let why):
        let missing = Missing(reason: why.reason, grant: why.grant)
        map.insert(.init(key: .string(key), value: .unknown(Unknown([missing]))))
      }
    }
    return .map(map)
  }
}
