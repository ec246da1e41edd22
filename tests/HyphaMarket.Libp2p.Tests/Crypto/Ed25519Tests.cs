using System.Numerics;
using System.Text;
using HyphaMarket.Libp2p.Crypto;
using HyphaMarket.Libp2p.Crypto.Sodium;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Tests.Crypto;

public sealed class Ed25519Tests
{
    // The eight points of small order, canonical.
    private static readonly string[] s_smallOrder =
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ];

    // Other encodings of points of small order: y of p or p + 1, and a sign on x = 0.
    private static readonly string[] s_smallOrderNotCanonical =
    [
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    // RFC 8032, section 7.1.
    [TestCase("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [TestCase("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [TestCase("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [TestCase("833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public void Rfc8032Vector_IsSignedAndVerified(string seed, string publicKey, string message, string signature)
    {
        using var keys = KeyPair.FromSeed(Convert.FromHexString(seed));
        var bytes = Convert.FromHexString(message);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(keys.PublicKey.Data.Span), Is.EqualTo(publicKey));
            Assert.That(Convert.ToHexStringLower(keys.Sign(bytes)), Is.EqualTo(signature));
            Assert.That(Verify(Convert.FromHexString(publicKey), bytes, Convert.FromHexString(signature)), Is.True);
        });
    }

    // The vectors of "Taming the many EdDSAs" (IACR 2020/1244), on which implementations differ. The strict rule without a
    // cofactor takes number 3 alone: A and R of mixed order, all encodings canonical, both equations hold.
    [TestCase(0, false, "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase(1, false, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04")]
    [TestCase(2, false, "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab", "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e")]
    [TestCase(3, true, "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79", "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009")]
    [TestCase(4, false, "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c", "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09")]
    [TestCase(5, false, "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c", "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405")]
    [TestCase(6, false, "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40", "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514")]
    [TestCase(7, false, "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40", "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
        "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22")]
    [TestCase(8, false, "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41", "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f")]
    [TestCase(9, false, "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41", "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908")]
    [TestCase(10, false, "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04")]
    [TestCase(11, false, "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dca5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04")]
    public void PublishedEdgeCase_HasTheStrictVerdict(int number, bool valid, string message, string publicKey, string signature)
    {
        var (m, a, s) = (Convert.FromHexString(message), Convert.FromHexString(publicKey), Convert.FromHexString(signature));
        Assert.That(Verify(a, m, s), Is.EqualTo(valid), $"number {number}");
        Assert.That(NaiveEd25519.Verify(a, m, s), Is.EqualTo(valid), $"number {number}, naive");
    }

    [TestCaseSource(nameof(s_smallOrder))]
    [TestCaseSource(nameof(s_smallOrderNotCanonical))]
    public void PointOfSmallOrder_IsNoPublicKeyAndNoR(string hex)
    {
        var point = Convert.FromHexString(hex);
        using var keys = KeyPair.FromSeed(new byte[32]);
        byte[] message = [1];
        Assert.Multiple(() =>
        {
            Assert.That(Ed25519.IsStrictPublicKey(point), Is.False);
            // With S = 0 and R the identity, a lax verifier takes such a key's signature of any message.
            Assert.That(Verify(point, message, [1, .. new byte[63]]), Is.False);
            Assert.That(Verify(keys.PublicKey.Data.Span, message, [.. point, .. keys.Sign(message)[32..]]), Is.False);
        });
    }

    [Test]
    public void EveryEncodingFromPUpwards_IsRefused()
    {
        // y of p to 2^255 - 1, with both signs: nineteen values that reduce to 0 to 18.
        for (var low = 0xED; low <= 0xFF; low++)
        {
            byte[] point = [(byte)low, .. Enumerable.Repeat((byte)0xFF, 30), 0x7F];
            Assert.That(Ed25519.IsStrictPublicKey(point), Is.False);
            point[31] = 0xFF;
            Assert.That(Ed25519.IsStrictPublicKey(point), Is.False);
        }
    }

    [Test]
    public void SAtLOrAbove_IsRefused()
    {
        using var keys = KeyPair.FromSeed(new byte[32]);
        byte[] message = [7];
        var signature = keys.Sign(message);
        var s = new BigInteger(signature.AsSpan(32), isUnsigned: true);
        for (var multiple = 1; multiple <= 15; multiple++)
        {
            var malleable = signature.ToArray();
            malleable.AsSpan(32).Clear();
            (s + multiple * NaiveEd25519.L).TryWriteBytes(malleable.AsSpan(32), out _, isUnsigned: true);
            Assert.That(Verify(keys.PublicKey.Data.Span, message, malleable), Is.False, $"s + {multiple} L");
        }
        foreach (var (value, canonical) in new[] { (NaiveEd25519.L - 1, true), (NaiveEd25519.L, false), (NaiveEd25519.L + 1, false), (BigInteger.Pow(2, 252), true), (BigInteger.Zero, true) })
        {
            var bytes = new byte[32];
            value.TryWriteBytes(bytes, out _, isUnsigned: true);
            Assert.That(Ed25519Encoding.IsCanonicalScalar(bytes), Is.EqualTo(canonical), $"{value}");
        }
    }

    [Test]
    public void TrickyInputs_GetTheVerdictOfTheNaiveTwin([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var accepted = 0;
        foreach (var (key, message, signature, what) in Tricky(random))
        {
            var verdict = Verify(key, message, signature);
            Assert.That(verdict, Is.EqualTo(NaiveEd25519.Verify(key, message, signature)),
                () => $"{what}: key {Convert.ToHexStringLower(key)} message {Convert.ToHexStringLower(message)} signature {Convert.ToHexStringLower(signature)}");
            if (verdict) accepted++;
        }
        TestContext.Out.WriteLine($"accepted {accepted}");
        Assert.That(accepted, Is.GreaterThan(10));
    }

    [TestCase(0, 64)]
    [TestCase(31, 64)]
    [TestCase(33, 64)]
    [TestCase(32, 0)]
    [TestCase(32, 63)]
    [TestCase(32, 65)]
    public void OtherLengths_AreRefused(int keyLength, int signatureLength)
    {
        Assert.That(Verify(new byte[keyLength], [], new byte[signatureLength]), Is.False);
    }

    [Test]
    public void RandomInputs_AreRefusedAndNothingElse([Values(20251122)] int seed)
    {
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 3_000; i++)
        {
            var (key, signature) = (new byte[32], new byte[64]);
            random.NextBytes(key);
            random.NextBytes(signature);
            signature[63] &= 0x0F;
            Assert.That(Verify(key, Encoding.ASCII.GetBytes($"message {i}"), signature), Is.False);
        }
    }

    private static IEnumerable<(byte[] Key, byte[] Message, byte[] Signature, string What)> Tricky(Random random)
    {
        var special = s_smallOrder.Concat(s_smallOrderNotCanonical).Select(Convert.FromHexString).ToArray();
        foreach (var a in special)
        {
            foreach (var r in special) yield return (a, [1], [.. r, .. new byte[32]], "small A and R, S = 0");
        }
        var torsion = NaiveEd25519.Decode(Convert.FromHexString(s_smallOrder[4]))!.Value;
        for (var i = 0; i < 16; i++)
        {
            var secret = new BigInteger(RandomBytes(random), isUnsigned: true) % NaiveEd25519.L;
            var nonce = new BigInteger(RandomBytes(random), isUnsigned: true) % NaiveEd25519.L;
            var (a, r) = (NaiveEd25519.Multiply(secret, NaiveEd25519.Base), NaiveEd25519.Multiply(nonce, NaiveEd25519.Base));
            // A and R of mixed order: with and without a cofactor the equation gives different verdicts on most of these.
            var mixed = NaiveEd25519.Multiply(i % 8, torsion);
            foreach (var (key, commitment) in new[] { (a, r), (NaiveEd25519.Add(a, mixed), r), (a, NaiveEd25519.Add(r, mixed)), (NaiveEd25519.Add(a, mixed), NaiveEd25519.Add(r, mixed)) })
            {
                var (keyBytes, commitmentBytes) = (NaiveEd25519.Encode(key), NaiveEd25519.Encode(commitment));
                byte[] message = [(byte)i];
                var s = (nonce + NaiveEd25519.Challenge(commitmentBytes, keyBytes, message) * secret) % NaiveEd25519.L;
                byte[] signature = [.. commitmentBytes, .. new byte[32]];
                s.TryWriteBytes(signature.AsSpan(32), out _, isUnsigned: true);
                yield return (keyBytes, message, signature, $"mixed order {i % 8}");
                signature[random.Next(64)] ^= (byte)(1 << random.Next(8));
                yield return (keyBytes, message, signature, "a bit flipped");
            }
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[40];
        random.NextBytes(bytes);
        return bytes;
    }

    [Test]
    public void LibSodium_WhereTheSystemHasIt_IsAskedToo()
    {
        if (!LibSodium.IsAvailable) Assert.Ignore("libsodium.so.23 is not installed (tests/install-tools.sh does it), so the tests of this class asked OpenSSL alone.");
        using var keys = KeyPair.FromSeed(new byte[32]);
        byte[] message = [1, 2, 3];
        var signature = keys.Sign(message);
        Assert.That(LibSodium.Verify(keys.PublicKey.Data.Span, message, signature));
        signature[5] ^= 1;
        Assert.That(LibSodium.Verify(keys.PublicKey.Data.Span, message, signature), Is.False);
    }

    [Test]
    public void BothBackends_MakeTheSameSignatures([Values(20251122)] int seed)
    {
        if (!LibSodium.IsAvailable) Assert.Ignore("libsodium.so.23 is not installed (tests/install-tools.sh does it), so there is one backend here.");
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var length = 0; length < 300; length++)
        {
            var (keySeed, message) = (new byte[32], new byte[length]);
            random.NextBytes(keySeed);
            random.NextBytes(message);
            using var keys = KeyPair.FromSeed(keySeed);
            var (first, second) = (new byte[64], new byte[64]);
            keys.Sign(SignatureBackend.OpenSsl, message, first);
            keys.Sign(SignatureBackend.Sodium, message, second);
            Assert.That(second, Is.EqualTo(first), $"{length} bytes");
            Assert.That(Verify(keys.PublicKey.Data.Span, message, first), Is.True, $"{length} bytes");
        }
    }

    /// <summary>The verdict of every backend that is here, which must be one.</summary>
    private static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        var verdict = Ed25519.Verify(SignatureBackend.OpenSsl, key, message, signature);
        if (LibSodium.IsAvailable && Ed25519.Verify(SignatureBackend.Sodium, key, message, signature) != verdict)
        {
            Assert.Fail($"OpenSSL says {verdict} and libsodium does not: key {Convert.ToHexStringLower(key)} message {Convert.ToHexStringLower(message)} signature {Convert.ToHexStringLower(signature)}");
        }

        return verdict;
    }
}
