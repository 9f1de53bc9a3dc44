using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Settings;

namespace LusPipeline.UnitTests.Notifications;

public sealed class NotificationOptionsTests
{
    [Fact]
    public void Without_an_exchange_there_are_none_and_nothing_is_wrong() => Assert.Empty(Problems());

    [Theory]
    [InlineData("Exchange=a b", "Notifications:Exchange")]
    [InlineData("Uri=amqp://broker/", "Notifications:Uri")]
    [InlineData("Exchange=x;Uri=http://broker/", "Notifications:Uri")]
    [InlineData("Exchange=x;Uri=amqp://broker/a/b", "Notifications:Uri")]
    [InlineData("Exchange=x;RoutingKey=", "Notifications:RoutingKey")]
    public void What_is_wrong_is_told_by_its_key(string assignments, string key) =>
        Assert.Equal(key, Assert.Single(Problems([.. assignments.Split(';').Select(assignment => $"Notifications:{assignment}")])).Key);

    [Fact]
    public void The_broker_is_the_workers_own_unless_another_is_named()
    {
        var broker = new BrokerOptions { Uri = new("amqp://ours/lus"), Prefix = "lung" };

        Assert.Same(broker, new NotificationOptions { Exchange = "x" }.BrokerOf(broker));
        Assert.Equal(broker with { Uri = new("amqp://theirs/") }, new NotificationOptions { Exchange = "x", Uri = new("amqp://theirs/") }.BrokerOf(broker));
    }

    [Fact]
    public void A_password_is_not_shown()
    {
        var settings = LoadedSettings.Inspect(Sources("Notifications:Exchange=x", "Notifications:Uri=amqp://user:hunter2@theirs/"));

        Assert.Equal("amqp://user:***@theirs/", Assert.Single(settings.All, setting => setting.Key == "Notifications:Uri").Value);
    }

    private static IReadOnlyList<SettingProblem> Problems(params string[] assignments) => LoadedSettings.Inspect(Sources(assignments)).Problems;

    private static ConfigurationSources Sources(params string[] assignments) =>
        new() { Folders = [], Environment = new Dictionary<string, string>(), Assignments = assignments };
}
