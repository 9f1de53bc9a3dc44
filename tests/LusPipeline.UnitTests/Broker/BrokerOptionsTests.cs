using LusPipeline.Core.Stages;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Broker;

/// <summary>What may stand in the section Broker.</summary>
public sealed class BrokerOptionsTests
{
    [Theory]
    [InlineData("Uri=amqp://user:secret@broker")]
    [InlineData("Uri=amqps://user:secret@broker:5671/lus", "CaFile=/ca.pem", "ClientCertificateFile=/client.pem", "ClientKeyFile=/client.key")]
    [InlineData("Uri=amqp://user:secret@broker/a%2Fb", "Prefix=lus-2", "PrefetchFeatures=8")]
    public void Right_settings_are_taken(params string[] assignments) => Assert.Empty(Problems(assignments));

    [Theory]
    [InlineData("Broker:Uri", "is required")]
    [InlineData("Broker:Uri", "amqp://user:password@host:5672/vhost", "Uri=http://broker")]
    [InlineData("Broker:Uri", "%2F", "Uri=amqp://user:secret@broker/a/b")]
    [InlineData("Broker:Uri", "amqps://", "Uri=amqp://user:secret@broker", "CaFile=/ca.pem")]
    [InlineData("Broker:ClientKeyFile", "without ClientCertificateFile", "Uri=amqps://broker", "ClientKeyFile=/client.key")]
    [InlineData("Broker:Prefix", "letters, digits", "Uri=amqp://broker", "Prefix=lus.*")]
    [InlineData("Broker:DeliveryLimit", "2 to 1000", "Uri=amqp://broker", "DeliveryLimit=1")]
    public void A_wrong_one_is_named_with_the_fix(string key, string fix, params string[] assignments)
    {
        var problem = Assert.Single(Problems(assignments));

        Assert.Equal(key, problem.Key);
        Assert.Contains(fix, problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 2, 4)]
    [InlineData(0, 1, 2)]
    [InlineData(1, 4, 5)]
    [InlineData(30, 4, 30)]
    public void A_worker_holds_more_than_it_handles(int prefetch, int concurrency, int expected) =>
        Assert.Equal(expected, new BrokerOptions { PrefetchIngest = prefetch }.PrefetchOf(Stage.Ingest, concurrency));

    private static IReadOnlyList<SettingProblem> Problems(params string[] assignments) => LoadedSettings.Inspect(
        new ConfigurationSources
        {
            Folders = [],
            Environment = new Dictionary<string, string>(),
            Assignments = [.. assignments.Select(assignment => $"Broker:{assignment}")],
        },
        BrokerOptions.Section).Problems;
}
