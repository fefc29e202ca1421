internal import JSON

extension RecordedSockets: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    sockets = try json.member("sockets")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("sockets", sockets)
    }
  }
}

extension RecordedSocket: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    inodes = try json.member("inodes")
    cgroupIDs = try json.member("cgroup_ids")
    owners = try json.member("owners")
    ownersGap = try json.member("owners_gap")
    process = try json.member("process")
    pid = try json.member("pid")
    unit = try json.member("unit")
    socketActivated = try json.member("socket_activated")
    reuseAddress = try json.member("reuse_address")
    reusePort = try json.member("reuse_port")
    v6Only = try json.member("v6only")
    bindAddressNoPort = try json.member("bind_address_no_port")
    lingerSeconds = try json.member("linger_seconds")
    queue = try json.member("queue")
    connections = try json.member("connections")
    leak = try json.member("leak")
    members = try json.member("members")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("inodes", inodes)
      writer.member("cgroup_ids", cgroupIDs)
      writer.member("owners", owners)
      writer.member("owners_gap", ownersGap)
      writer.member("process", process)
      writer.member("pid", pid)
      writer.member("unit", unit)
      writer.member("socket_activated", socketActivated)
      writer.member("reuse_address", reuseAddress)
      writer.member("reuse_port", reusePort)
      writer.member("v6only", v6Only)
      writer.member("bind_address_no_port", bindAddressNoPort)
      writer.member("linger_seconds", lingerSeconds)
      writer.member("queue", queue)
      writer.member("connections", connections)
      writer.member("leak", leak)
      writer.member("members", members)
    }
  }
}

extension RecordedQueue: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    idle = try json.member("idle_seconds")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("idle_seconds", idle)
      writer.member("gap", gap)
    }
  }
}

extension RecordedOwner: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    pid = try json.member("pid")
    process = try json.member("process")
    unit = try json.member("unit")
    started = try json.member("started")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("pid", pid)
      writer.member("process", process)
      writer.member("unit", unit)
      writer.member("started", started)
    }
  }
}

extension RecordedMember: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    owners = try json.member("owners")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("owners", owners)
      writer.member("gap", gap)
    }
  }
}

extension RecordedLeak: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    holders = try json.member("holders")
    unit = try json.member("unit")
    isOrphan = try json.member("orphan")
    age = try json.member("age")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("holders", holders)
      writer.member("unit", unit)
      writer.member("orphan", isOrphan)
      writer.member("age", age)
    }
  }
}

extension RecordedCloseWaits: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    owners = try json.member("owners")
    gap = try json.member("gap")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("owners", owners)
      writer.member("gap", gap)
    }
  }
}

extension RecordedCloseWaits.Owner: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    owner = try json.member("owner")
    sockets = try json.member("sockets")
    idle = try json.member("idle")
    descriptorLimit = try json.member("descriptor_limit")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("owner", owner)
      writer.member("sockets", sockets)
      writer.member("idle", idle)
      writer.member("descriptor_limit", descriptorLimit)
    }
  }
}
