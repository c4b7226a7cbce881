"""A wire that takes its time: far.py PORT TO_PORT MS hands on, on loopback, what comes MS later, in both directions."""

import asyncio
import sys

port, to, ms = map(int, sys.argv[1:])


async def carry(reader, writer):
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        loop.call_later(ms / 1000, writer.write, data)
    loop.call_later(ms / 1000, writer.close)


async def wire(reader, writer):
    other_reader, other_writer = await asyncio.open_connection("127.0.0.1", to)
    await asyncio.gather(carry(reader, other_writer), carry(other_reader, writer), return_exceptions=True)


async def main():
    async with await asyncio.start_server(wire, "127.0.0.1", port) as server:
        await server.serve_forever()


asyncio.run(main())
