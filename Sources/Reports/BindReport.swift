import JSON
import Rules

/// Whether a socket can be bound, as `sockwise can-bind` prints it.
public struct BindReport: Sendable {
  public enum Verdict: String, Sendable { case yes, no, unknown }

  /// A socket on the port.
  public struct Socket: Hashable, Sendable {
    /// As the kernel names it, `TIME_WAIT`; and `BOUND` of a socket that is only bound.
    public var state: String
    /// `127.0.0.1:8080`.
    public var local: String
    /// The other end of a connection.
    public var remote: String?
    public var process: String?
    public var pid: Int?
    public var unit: String?
    public var user: Int?
    public var secondsLeft: Double?
    /// How many sockets this stands for.
    public var sockets: Int

    public init(
      state: String, local: String, remote: String? = nil, process: String? = nil,
      pid: Int? = nil, unit: String? = nil, user: Int? = nil, secondsLeft: Double? = nil,
      sockets: Int = 1
    ) {
      self.state = state
      self.local = local
      self.remote = remote
      self.process = process
      self.pid = pid
      self.unit = unit
      self.user = user
      self.secondsLeft = secondsLeft
      self.sockets = sockets
    }
  }

  /// What was asked, with all that was left open filled in.
  public struct Request: Hashable, Sendable {
    /// `tcp` or `udp`.
    public var transport: String
    /// `[::]:8080`.
    public var address: String
    public var user: Int
    public var reuseAddress: Bool
    public var reusePort: Bool
    /// Of IPv6.
    public var v6Only: Bool?

    public init(
      transport: String, address: String, user: Int, reuseAddress: Bool, reusePort: Bool,
      v6Only: Bool?
    ) {
      self.transport = transport
      self.address = address
      self.user = user
      self.reuseAddress = reuseAddress
      self.reusePort = reusePort
      self.v6Only = v6Only
    }
  }

  /// Why something is not known.
  public struct Gap: Hashable, Sendable {
    public var reason: String
    public var grant: String?

    public init(reason: String, grant: String?) {
      self.reason = reason
      self.grant = grant
    }
  }

  public var tool: Report.Tool
  public var host: Report.Host
  public var request: Request
  public var bind: Verdict
  /// Nil where nothing is to listen.
  public var listen: Verdict?
  /// Why not, as sentences without a full stop, what bind() gives first: its name, `EADDRINUSE`.
  public var errors: [(name: String, text: String)]
  public var blockers: [Socket]
  /// Those that may be in the way.
  public var undecided: [Socket]
  /// Those that would share the port.
  public var beside: [Socket]
  public var missing: [Gap]
  public var remedies: [String]
  public var notices: [Notice]

  public init(
    tool: Report.Tool, host: Report.Host, request: Request, bind: Verdict, listen: Verdict?,
    errors: [(name: String, text: String)] = [], blockers: [Socket] = [],
    undecided: [Socket] = [], beside: [Socket] = [], missing: [Gap] = [],
    remedies: [String] = [], notices: [Notice] = []
  ) {
    self.tool = tool
    self.host = host
    self.request = request
    self.bind = bind
    self.listen = listen
    self.errors = errors
    self.blockers = blockers
    self.undecided = undecided
    self.beside = beside
    self.missing = missing
    self.remedies = remedies
    self.notices = notices
  }
}

extension BindReport {
  /// `sockwise.can-bind/1`; its schema is `schemas/sockwise.can-bind-1.schema.json`.
  public var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("schema", "sockwise.can-bind/1")
      writer.key("tool")
      writer.object { writer in
        writer.field("name", tool.name)
        writer.field("version", tool.version)
      }
      writer.key("host")
      writer.object { writer in
        writer.field("name", host.name)
        writer.field("kernel", host.kernel)
      }
      writer.key("request")
      writer.object { writer in
        writer.field("protocol", request.transport)
        writer.field("address", request.address)
        writer.field("user", request.user)
        writer.field("reuse_address", request.reuseAddress)
        writer.field("reuse_port", request.reusePort)
        if let v6Only = request.v6Only { writer.field("v6only", v6Only) }
      }
      writer.field("bind", bind.rawValue)
      writer.field("listen", listen?.rawValue)
      writer.field("errno", errors.first?.name)
      writer.key("reasons")
      writer.array(errors) { $0.value($1.text) }
      for (key, sockets) in [
        ("blockers", blockers), ("undecided", undecided), ("beside", beside),
      ] {
        writer.field("\(key)_total", sockets.reduce(0) { $0 + $1.sockets })
        writer.key(key)
        writer.array(sockets.prefix(Self.limit)) { Self.write($1, to: &$0) }
      }
      writer.key("missing")
      writer.array(missing) { writer, gap in
        writer.object { writer in
          writer.field("reason", gap.reason)
          writer.field("grant", gap.grant)
        }
      }
      writer.key("remedies")
      writer.array(remedies) { $0.value($1) }
      writer.key("notices")
      writer.array(notices) { $0.value($1.message) }
    }
    return writer.finish()
  }

  /// More sockets are only counted: one is enough to be in the way.
  private static let limit = 1000

  private static func write(_ socket: Socket, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("state", socket.state)
      writer.field("local", socket.local)
      writer.field("remote", socket.remote)
      writer.field("process", socket.process)
      writer.key("pid")
      if let pid = socket.pid { writer.value(pid) } else { writer.null() }
      writer.field("unit", socket.unit)
      writer.key("user")
      if let user = socket.user { writer.value(user) } else { writer.null() }
      writer.key("seconds_left")
      if let seconds = socket.secondsLeft { writer.value(seconds) } else { writer.null() }
      writer.field("sockets", socket.sockets)
    }
  }
}
