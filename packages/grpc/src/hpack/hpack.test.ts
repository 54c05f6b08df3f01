import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toHex } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import { HpackDecoder, HpackError } from "./decoder.ts";
import { HpackEncoder } from "./encoder.ts";
import { HeaderField } from "./header-field.ts";
import { huffmanDecode, huffmanEncode, huffmanLength } from "./huffman.ts";

const OPTIONS = { tableBytes: 4096, maxListBytes: 65_536 };

function decode(decoder: HpackDecoder<unknown>, hex: string): string[] {
  const bytes = fromHex(hex.replaceAll(" ", ""));
  return decoder.decode(bytes, 0, bytes.length).fields.map(({ name, value }) => `${name}: ${value}`);
}

describe("grpc/hpack", () => {
  it("decodes the requests of RFC 7541 C.3 and keeps their table", () => {
    const decoder = new HpackDecoder(OPTIONS);
    const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
    assert.deepEqual(decode(decoder, "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"), first);
    assert.equal(decoder.table.size, 57);
    assert.deepEqual(decode(decoder, "8286 84be 5808 6e6f 2d63 6163 6865"), [...first, "cache-control: no-cache"]);
    assert.equal(decoder.table.size, 110);
    assert.deepEqual(decode(decoder, "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65"), [
      ":method: GET",
      ":scheme: https",
      ":path: /index.html",
      ":authority: www.example.com",
      "custom-key: custom-value",
    ]);
    assert.equal(decoder.table.size, 164);
  });

  it("decodes the requests of RFC 7541 C.4 in Huffman code", () => {
    const decoder = new HpackDecoder(OPTIONS);
    const first = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
    assert.deepEqual(decode(decoder, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"), first);
    assert.deepEqual(decode(decoder, "8286 84be 5886 a8eb 1064 9cbf"), [...first, "cache-control: no-cache"]);
    decode(decoder, "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf");
    assert.equal(decoder.table.size, 164);
  });

  it("decodes the responses of RFC 7541 C.6, evicting from a table of 256 octets", () => {
    const decoder = new HpackDecoder({ ...OPTIONS, tableBytes: 256 });
    const date = "date: Mon, 21 Oct 2013 20:13:21 GMT";
    const rest = ["cache-control: private", date, "location: https://www.example.com"];
    const blocks = [
      "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
      "4883 640e ffc1 c0bf",
    ];
    assert.deepEqual(decode(decoder, blocks[0]!), [":status: 302", ...rest]);
    assert.equal(decoder.table.size, 222);
    assert.deepEqual(decode(decoder, blocks[1]!), [":status: 307", ...rest]);
    assert.equal(decoder.table.size, 222);
  });

  it("decodes the literals of RFC 7541 C.2, secrets among them", () => {
    const decoder = new HpackDecoder(OPTIONS);
    assert.deepEqual(decode(decoder, "040c 2f73 616d 706c 652f 7061 7468"), [":path: /sample/path"]);
    const secret = fromHex("100870617373776f726406736563726574");
    assert.equal(decoder.decode(secret, 0, secret.length).fields[0]?.isSecret, true);
    assert.equal(decoder.table.count, 0);
  });

  it("encodes the Huffman strings of RFC 7541", () => {
    for (const [text, hex] of [
      ["www.example.com", "f1e3c2e5f23a6ba0ab90f4ff"],
      ["no-cache", "a8eb10649cbf"],
      ["custom-value", "25a849e95bb8e8b4bf"],
    ] as const) {
      const out = new Uint8Array(huffmanLength(text));
      assert.equal(huffmanEncode(text, out, 0), out.length);
      assert.equal(toHex(out), hex);
    }
  });

  it("reads back every octet in Huffman code", () => {
    const text = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
    const out = new Uint8Array(huffmanLength(text));
    huffmanEncode(text, out, 0);
    assert.equal(huffmanDecode(out, 0, out.length), text);
  });

  for (const { what, hex } of [
    { what: "index 0", hex: "80" },
    { what: "an index beyond the table", hex: "be" },
    { what: "a string beyond the block", hex: "400a61" },
    { what: "a string of 4 GB", hex: "407fffffffff0f" },
    { what: "an integer padded with zeros", hex: "ff8080808000" },
    { what: "an integer without end", hex: "ffff" },
    { what: "a name without a value", hex: "4001" },
    { what: "Huffman padding of 8 bits", hex: "418cf1e3c2e5f23a6ba0ab90f4ffff".replace("8c", "8d") },
    { what: "Huffman padding of zeros", hex: "4181f0".replace("f0", "00") },
    { what: "EOS in a string", hex: "4184ffffffff" },
    { what: "a table size above the limit", hex: "3fe2ff03" },
    { what: "a table size update behind a field", hex: "8220" },
    { what: "three table size updates", hex: "20202082" },
  ]) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decode(new HpackDecoder(OPTIONS), hex), HpackError);
    });
  }

  it("keeps no more of a list than its limit, and stays in step", () => {
    const decoder = new HpackDecoder({ ...OPTIONS, maxListBytes: 8_192 });
    const large = fromHex(`4001617fe10f${"62".repeat(2144)}`);
    decoder.decode(large, 0, large.length);
    // A bomb: each octet stands for an entry of two kilobytes.
    const bomb = new Uint8Array(20_000).fill(0xbe);
    const list = decoder.decode(bomb, 0, bomb.length);
    assert.equal(list.isTooLarge, true);
    assert.ok(list.fields.length <= 4);
    assert.deepEqual(decode(decoder, "82"), [":method: GET"]);
  });

  it("answers a block that repeats from memory, until the table changes", () => {
    const decoder = new HpackDecoder(OPTIONS);
    const insert = fromHex("4001610162");
    const use = fromHex("be");
    decoder.decode(insert, 0, insert.length);
    decoder.decode(use, 0, 1);
    const kept = decoder.decode(use, 0, 1);
    assert.equal(decoder.decode(use, 0, 1), kept);
    const other = fromHex("4001610163");
    decoder.decode(other, 0, other.length);
    assert.deepEqual(decode(decoder, "be"), ["a: c"]);
  });

  it("decodes what it encoded, whatever the lists and the table sizes", () => {
    withSeed("hpack", ({ prng }) => {
      const encoder = new HpackEncoder();
      const decoder = new HpackDecoder(OPTIONS);
      const names = [":path", "content-type", "x-a", "x-b", "token", "grpc-timeout", "x-long-name-of-a-header"];
      for (let round = 0; round < 2_000; round++) {
        if (prng.below(20) === 0) encoder.setTableLimit([0, 64, 200, 4096][prng.below(4)]!);
        const fields = Array.from({ length: prng.below(8) }, () => {
          const length = prng.below(10) === 0 ? prng.below(3_000) : prng.below(12);
          const value = Array.from({ length }, () => String.fromCharCode(prng.below(256))).join("");
          return new HeaderField(names[prng.below(names.length)]!, value, prng.below(5) === 0);
        });
        const block = encoder.encode(fields).slice();
        const list = decoder.decode(block, 0, block.length);
        const text = ({ name, value }: HeaderField): string => `${name}: ${value}`;
        assert.deepEqual(list.fields.map(text), list.isTooLarge ? list.fields.map(text) : fields.map(text));
        assert.equal(decoder.table.size, encoder.table.size);
      }
    });
  });

  it("throws nothing but HpackError for any octets", () => {
    withSeed("hpack", ({ prng }) => {
      const decoder = new HpackDecoder(OPTIONS);
      for (let round = 0; round < 5_000; round++) {
        const bytes = Uint8Array.from({ length: prng.below(40) }, () => prng.below(256));
        try {
          decoder.decode(bytes, 0, bytes.length);
        } catch (error) {
          assert.ok(error instanceof HpackError);
        }
      }
    });
  });
});
