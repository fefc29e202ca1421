/// What a control group path says about who runs in it: a unit of systemd, a container, neither.
///
/// cgroups(7); unit names as systemd.unit(5), the way from path to unit as sd_pid_get_unit(3).
struct ControlGroup: Hashable, Sendable {
  /// The unit, such as `nginx.service` or `session-3.scope`; nil where the path names none.
  var unit: String?
  /// The uid of the user manager that the unit belongs to; nil for units of the system.
  var userManager: UInt32?
  /// A container's identifier: the 64 hexadecimal digits that container engines put in the path.
  var container: String?

  init(unit: String? = nil, userManager: UInt32? = nil, container: String? = nil) {
    self.unit = unit
    self.userManager = userManager
    self.container = container
  }

  /// Reads a path such as `/system.slice/nginx.service`.
  init(path: some StringProtocol) {
    var path = String(path)
    // The kernel's mark of a group that was removed while a process was in it.
    if path.hasSuffix(" (deleted)") { path.removeLast(" (deleted)".count) }
    var components = Substring(path).utf8.split(separator: UInt8(ascii: "/")).map {
      Self.unescaped(Substring($0))
    }[...]
    container = components.lazy.compactMap { Self.container(in: $0) }.first
    unit = Self.takeUnit(&components)
    guard let manager = unit, manager.hasPrefix("user@"), manager.hasSuffix(".service") else {
      return
    }
    let uid = UInt32(manager.dropFirst("user@".count).dropLast(".service".count))
    // The manager itself runs in `user@UID.service/init.scope`.
    if components.first == "init.scope" { return }
    if let inner = Self.takeUnit(&components) {
      unit = inner
      userManager = uid
    }
  }

  /// The first component that is a unit, slices skipped; what follows it stays in `components`.
  private static func takeUnit(_ components: inout ArraySlice<String>) -> String? {
    while let component = components.popFirst() {
      if component == ".." || component.hasSuffix(".slice") { continue }
      return isUnit(component) ? component : nil
    }
    return nil
  }

  /// systemd puts `_` before a name that the kernel's own files could clash with.
  private static func unescaped(_ component: Substring) -> String {
    String(component.hasPrefix("_") ? component.dropFirst() : component)
  }

  /// Types of units that processes run in.
  private static let suffixes = [".service", ".scope", ".socket", ".mount", ".swap"]

  private static func isUnit(_ name: String) -> Bool {
    guard name.utf8.count < 256, let suffix = suffixes.first(where: name.hasSuffix),
      name.utf8.count > suffix.utf8.count
    else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: ":-_.\\@".utf8.contains(byte)
      }
    }
  }

  /// 64 hexadecimal digits between other characters: `docker-<id>.scope`, `<id>`.
  private static func container(in component: String) -> String? {
    var run: [UInt8] = []
    for byte in component.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"):
        run.append(byte)
      default:
        if run.count == 64 { return String(decoding: run, as: UTF8.self) }
        run.removeAll()
      }
    }
    return run.count == 64 ? String(decoding: run, as: UTF8.self) : nil
  }
}

/// The lines of `/proc/PID/cgroup`: `hierarchy:controllers:path`.
struct ControlGroupMembership: Hashable, Sendable {
  /// Path by hierarchy: "" for cgroup v2, `name=systemd`, and each v1 controller by itself.
  let paths: [String: String]

  init(_ text: String) {
    var paths: [String: String] = [:]
    for line in lines(text) {
      // A path may hold colons itself.
      let fields = line.utf8.split(
        separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      for controller in Substring(fields[1]).split(separator: ",", omittingEmptySubsequences: false)
      {
        paths[String(controller)] = String(Substring(fields[2]))
      }
    }
    self.paths = paths
  }

  /// The group that names the unit: of cgroup v2, or where that carries none (hybrid and legacy
  /// set-ups) of systemd's own hierarchy, or of any controller that tells a container.
  var group: ControlGroup {
    let unified = ControlGroup(path: paths[""] ?? "")
    if unified.unit != nil { return unified }
    let named = ControlGroup(path: paths["name=systemd"] ?? "")
    if named.unit != nil { return named }
    let container =
      unified.container ?? named.container
      ?? paths.keys.sorted().lazy.compactMap { ControlGroup(path: paths[$0] ?? "").container }.first
    return ControlGroup(container: container)
  }

  /// The groups that passing a socket rewrites: `net_cls` and `net_prio` of cgroup v1.
  var networkClasses: [String?] { [paths["net_cls"], paths["net_prio"]] }
}
