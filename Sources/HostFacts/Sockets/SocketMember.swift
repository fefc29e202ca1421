internal import CEL

/// One of several sockets that share a port.
struct SocketMember: Sendable {
  var owners: PartialList<SocketOwner>
}

extension SocketMember: FactObject {
  static let typeName = "SocketMember"
  static let documentation = "One of several sockets that listen on one port (SO_REUSEPORT)."

  static let fields: FactFields<SocketMember> = [
    .init(
      "owners", \.owners,
      "The processes that are seen to hold it, by the first 256 descriptors of each at least.")
  ]
}
