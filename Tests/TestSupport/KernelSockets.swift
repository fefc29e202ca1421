/// What the kernel says about the sockets of the calling thread's network namespace: a plain
/// reader of `/proc`, independent of the code under test.
public enum KernelSockets {
  public enum State: Int, Hashable, Sendable {
    case established = 1
    case synSent, synReceived, finWait1, finWait2, timeWait, close, closeWait, lastAck, listen
    case closing
  }

  /// One row of `/proc/net/tcp` or `tcp6`.
  public struct Row: Hashable, Sendable {
    public var localAddress: String
    public var localPort: Int
    public var remoteAddress: String
    public var remotePort: Int
    public var state: State
    public var inode: Int
  }

  /// All TCP rows, IPv4 first. Addresses are the kernel's hexadecimal words.
  public static func tcp() throws(SystemCallError) -> [Row] {
    try rows("/proc/thread-self/net/tcp") + rows("/proc/thread-self/net/tcp6")
  }

  public static func count(
    _ state: State, localPort: Int? = nil, remotePort: Int? = nil
  ) throws(SystemCallError) -> Int {
    try tcp().count {
      $0.state == state && (localPort == nil || $0.localPort == localPort)
        && (remotePort == nil || $0.remotePort == remotePort)
    }
  }

  /// Local ports that are bound by UDP sockets of either family.
  public static func udpPorts() throws(SystemCallError) -> [Int] {
    var ports: [Int] = []
    for file in ["udp", "udp6"] {
      for line in try TextFile.read("/proc/thread-self/net/\(file)").split(separator: "\n")
        .dropFirst()
      {
        let fields = line.split(separator: " ")
        if fields.count > 1, let (_, port) = endpoint(fields[1]) { ports.append(port) }
      }
    }
    return ports
  }

  /// A counter by its name in `/proc/net/netstat` or `snmp`, such as `TcpExt.TWRecycled`.
  public static func counter(_ name: String) throws(SystemCallError) -> Int? {
    for file in ["netstat", "snmp"] {
      let lines = try TextFile.read("/proc/thread-self/net/\(file)").split(separator: "\n")
      for index in stride(from: 0, to: lines.count - 1, by: 2) {
        let names = lines[index].split(separator: " ")
        let values = lines[index + 1].split(separator: " ")
        guard let prefix = names.first?.dropLast() else { continue }
        for (key, value) in zip(names.dropFirst(), values.dropFirst())
        where "\(prefix).\(key)" == name { return Int(value) }
      }
    }
    return nil
  }

  private static func rows(_ path: String) throws(SystemCallError) -> [Row] {
    try TextFile.read(path).split(separator: "\n").dropFirst().compactMap(row)
  }

  /// `sl local remote st tx:rx tr:when retrnsmt uid timeout inode …`
  private static func row(_ line: Substring) -> Row? {
    let fields = line.split(separator: " ")
    guard fields.count > 9, let (localAddress, localPort) = endpoint(fields[1]),
      let (remoteAddress, remotePort) = endpoint(fields[2]),
      let state = Int(fields[3], radix: 16).flatMap(State.init), let inode = Int(fields[9])
    else { return nil }
    return Row(
      localAddress: localAddress, localPort: localPort, remoteAddress: remoteAddress,
      remotePort: remotePort, state: state, inode: inode)
  }

  private static func endpoint(_ text: Substring) -> (String, Int)? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let port = Int(parts[1], radix: 16) else { return nil }
    return (String(parts[0]), port)
  }
}
