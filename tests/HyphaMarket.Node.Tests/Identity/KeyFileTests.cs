using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Identity;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Identity;

public sealed class KeyFileTests
{
    private TemporaryDirectory _directory = null!;

    private string KeyPath => _directory.File("identity.key");

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void DeleteDirectory() => _directory.Dispose();

    [Test]
    public void Key_Created_IsItsOwnersAloneAndLoadsAsTheSamePeer()
    {
        using var made = KeyFile.Create(KeyPath);
        using var loaded = KeyFile.Load(KeyPath);
        Assert.That(loaded.PeerId, Is.EqualTo(made.PeerId));
        Assert.That(File.GetUnixFileMode(KeyPath), Is.EqualTo(KeyFile.Mode));
        Assert.That(Directory.GetFiles(_directory.Path), Is.EqualTo(new[] { KeyPath }), "no left-over of the writing");
    }

    [Test]
    public void Key_ThatExists_IsNotOverwritten()
    {
        KeyFile.Create(KeyPath).Dispose();
        var before = File.ReadAllBytes(KeyPath);
        Assert.That(Fatal(() => KeyFile.Create(KeyPath)).Code, Is.EqualTo("key-exists"));
        Assert.That(File.ReadAllBytes(KeyPath), Is.EqualTo(before));
        Assert.That(Directory.GetFiles(_directory.Path), Is.EqualTo(new[] { KeyPath }));
    }

    [Test]
    public void Key_Forced_IsReplaced()
    {
        using var first = KeyFile.Create(KeyPath);
        using var second = KeyFile.Create(KeyPath, replace: true);
        using var loaded = KeyFile.Load(KeyPath);
        Assert.That(loaded.PeerId, Is.EqualTo(second.PeerId).And.Not.EqualTo(first.PeerId));
    }

    [TestCase(UnixFileMode.OtherRead, "0604")]
    [TestCase(UnixFileMode.GroupRead, "0640")]
    [TestCase(UnixFileMode.GroupWrite, "0620")]
    public void Key_OpenToOthers_IsRefusedWithTheCommandThatMendsIt(UnixFileMode extra, string octal)
    {
        KeyFile.Create(KeyPath).Dispose();
        File.SetUnixFileMode(KeyPath, KeyFile.Mode | extra);
        var problem = Fatal(() => KeyFile.Load(KeyPath), ExitCode.Permission);
        Assert.That(problem.Code, Is.EqualTo("key-mode"));
        Assert.That(problem.What, Does.Contain(octal));
        Assert.That(problem.Fix, Does.Contain($"chmod 600 {KeyPath}"));
    }

    [Test]
    public void Key_Missing_PointsToInit() => Assert.That(Fatal(() => KeyFile.Load(KeyPath)).Fix, Does.Contain("hypha-market init"));

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(67)]
    [TestCase(69)]
    [TestCase(4_096)]
    public void Key_OfAnotherLength_IsRefused(int length)
    {
        Write(new byte[length]);
        Assert.That(Fatal(() => KeyFile.Load(KeyPath)).Code, Is.EqualTo("key-damaged"));
    }

    [Test]
    public void Key_WithAnyBitFlipped_IsRefusedOrIsTheSameKey()
    {
        using var made = KeyFile.Create(KeyPath);
        var bytes = File.ReadAllBytes(KeyPath);
        for (var i = 0; i < bytes.Length; i++)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[i] ^= 1;
            Write(flipped);
            Assert.That(Fatal(() => KeyFile.Load(KeyPath)).Code, Is.EqualTo("key-damaged"), $"byte {i}");
        }
    }

    private void Write(byte[] bytes)
    {
        File.Delete(KeyPath);
        using var file = new FileStream(KeyPath, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = KeyFile.Mode });
        file.Write(bytes);
    }

    private static Problem Fatal(Func<KeyPair> action, ExitCode? exitCode = null)
    {
        var fatal = Assert.Throws<FatalException>(() => action().Dispose())!;
        if (exitCode is { } code) Assert.That(fatal.ExitCode, Is.EqualTo(code));
        return fatal.Problems.Single();
    }
}
