import TestSupport
import Testing

/// A recording of a busy host is read as it is: in pieces, each row once.
@Suite struct LargeRecordingTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Makes a recording of `rows` connections to `destinations` out of a small one, audits it, and
  /// tells the seconds of the processor and the memory that it took.
  private static let script = """
    import resource, shutil, struct, subprocess, sys
    program, source, path, rows, destinations = sys.argv[1:6]
    shutil.copytree(source, path)
    if "multipath" in sys.argv:
        # As many MPTCP sockets on the port of the first listener, each with an inode of its own.
        reply = open(source + "/sock_diag/tcp-listen.bin", "rb").read()
        row = bytearray(reply[:struct.unpack_from("=I", reply)[0]])
        end = open(source + "/sock_diag/mptcp-listen.bin", "rb").read()
        row[8:12] = end[8:12]  # the number of the dump
        with open(path + "/sock_diag/mptcp-listen.bin", "wb") as file:
            for number in range(int(rows)):
                struct.pack_into("=I", row, 84, 100000 + number)
                file.write(row)
            file.write(end)
        rows = 1
    reply = open(source + "/sock_diag/tcp.bin", "rb").read()
    row, end = bytearray(reply[:struct.unpack_from("=I", reply)[0]]), reply[-20:]
    assert row[16] == 2 and row[17] == 1 and struct.unpack_from("=IH", end) == (20, 3)
    with open(path + "/sock_diag/tcp.bin", "wb") as file:
        for number in range(int(rows)):
            # struct inet_diag_msg behind 16 bytes of header: ports, addresses, inode.
            struct.pack_into("!HH4s", row, 20, 1024 + number % 60000, 443, bytes([192, 0, 2, 1]))
            struct.pack_into("!I", row, 40, 0x0b000000 + number % int(destinations))
            struct.pack_into("=I", row, 84, 100000 + number)
            file.write(row)
        file.write(end)
    result = subprocess.run([program, "audit", "--skip", "ports-lost-to-binds", "--root", path], capture_output=True, text=True)
    assert result.stderr == "", result.stderr
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(result.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
    print(" ".join(result.stdout.split()))
    """

  private func audit(rows: Int, destinations: Int, _ options: String...) throws -> (
    text: Substring, seconds: Double, kibibytes: Int
  ) {
    let host = "\(Checkout.root)/Tests/Fixtures/hosts/pure-client/host"
    let python = Subprocess(
      program: "/usr/bin/python3",
      arguments: [
        "-c", Self.script, BuiltBinary.path, host, directory.path("\(rows)"), "\(rows)",
        "\(destinations)",
      ] + options)
    let result = try python.run()
    #expect(result.errors == "")
    let lines = result.output.split(separator: "\n")
    let words = try #require(lines.first).split(separator: " ")
    try #require(words.count == 3 && words[0] == "0", "\(result.output)")
    return (
      try #require(lines.last), try #require(Double(words[1])), try #require(Int(words[2]))
    )
  }

  @Test(.unsanitized("a sanitizer's shadow takes memory and time"))
  func memoryAndTimeAreBounded() throws {
    // Those of the fixture's listeners are counted too.
    let small = try audit(rows: 20_000, destinations: 2000)
    #expect(small.text.contains("20004 TCP"))
    let large = try audit(rows: 200_000, destinations: 20_000)
    #expect(large.text.contains("200004 TCP"))
    // Ten times as many rows; a hundred times the work would take longer than this.
    #expect(large.seconds < 20 * small.seconds + 2, "\(small.seconds) s, \(large.seconds) s")
    #expect(large.kibibytes < 64 << 10, "\(large.kibibytes) KiB")
  }

  /// Any user may have as many with SO_REUSEPORT.
  @Test(.unsanitized("a sanitizer takes time"))
  func soAreListenersOfMultipathTCP() throws {
    let small = try audit(rows: 20_000, destinations: 1, "multipath")
    let large = try audit(rows: 200_000, destinations: 1, "multipath")
    #expect(large.seconds < 20 * small.seconds + 2, "\(small.seconds) s, \(large.seconds) s")
    #expect(large.kibibytes < 128 << 10, "\(large.kibibytes) KiB")
  }
}
