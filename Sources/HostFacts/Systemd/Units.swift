/// The service and socket units of a host, or of bare files.
public struct Units: Sendable {
  /// Sorted by name.
  public var units: PartialList<Unit>

  /// One file of a repository that may be one of a unit.
  public struct File: Sendable {
    public var path: String
    public var content: [UInt8]

    public init(path: String, content: [UInt8]) {
      self.path = path
      self.content = content
    }
  }

  /// Whether a path is that of a unit file or a drop-in of one: `x.service`, `x.socket.d/y.conf`,
  /// `service.d/y.conf`.
  public static func isUnitFile(_ path: String) -> Bool { false }

  /// The units that bare files make.
  ///
  /// Directories whose paths end as those of systemd's search path (`etc/systemd/system` …) make one
  /// tree for each beginning; any other directory is a tree of its own. Drop-ins whose unit is
  /// elsewhere make a unit that is `not-found` and has their settings.
  public static func review(_ files: [File]) -> Units { Units(units: PartialList([])) }
}
