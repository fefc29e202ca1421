internal import CEL

/// PID 1, and whether it is systemd.
struct Init: Sendable {
  /// Its comm.
  var name: Reading<String>
  /// Whether it is systemd: named so, and `/run/systemd/system` exists as for sd_booted(3). In a
  /// container that shares the directory, PID 1 is often the server itself.
  var isSystemd: Reading<Bool>

  static func read(_ root: HostRoot) -> Init {
    let name = ProcessInfo.read(1, root).name
    let origin = Origin.file(SourceLocation(path: "/run/systemd/system"))
    do throws(ReadFailure) {
      let booted = try root.status("/run/systemd/system").kind == .directory
      guard booted else { return Init(name: name, isSystemd: .value(false, origin)) }
    } catch {
      guard error.isAbsence else {
        return Init(
          name: name, isSystemd: .unavailable(error.unreadable("/run/systemd/system")))
      }
      return Init(name: name, isSystemd: .value(false, origin))
    }
    if let problem = name.problem { return Init(name: name, isSystemd: .unavailable(problem)) }
    return Init(name: name, isSystemd: name.map { $0 == "systemd" })
  }
}
