using LusPipeline.Buckets.S3;
using LusPipeline.Hosting.Broker;
using LusPipeline.Hosting.Checks;
using LusPipeline.Ledger.Databases;

namespace LusPipeline.UnitTests.Checks;

public sealed class PlainTransportTests
{
    [Theory]
    [InlineData("amqp://lus:x@broker.example/lus", true)]
    [InlineData("amqp://10.0.0.7:5672/lus", true)]
    [InlineData("amqp://[2001:db8::1]:5672/lus", true)]
    [InlineData("amqp://localhost.example/lus", true)]
    [InlineData("amqps://broker.example/lus", false)]
    [InlineData("amqp://localhost/lus", false)]
    [InlineData("amqp://127.0.0.1/lus", false)]
    [InlineData("amqp://127.8.9.10/lus", false)]
    [InlineData("amqp://[::1]:5672/lus", false)]
    public void A_plain_broker_elsewhere_is_warned_of(string uri, bool warned) =>
        Assert.Equal(warned, PlainTransport.Of(new BrokerOptions { Uri = new Uri(uri) }, "Broker:Uri") is not null);

    [Theory]
    [InlineData("http://s3.example:9000", true)]
    [InlineData("https://s3.example", false)]
    [InlineData("http://localhost:9000", false)]
    [InlineData(null, false)]
    public void A_plain_bucket_elsewhere_is_warned_of(string? endpoint, bool warned) =>
        Assert.Equal(warned, PlainTransport.Of(new S3Options { Endpoint = endpoint is null ? null : new Uri(endpoint) }) is not null);

    [Theory]
    [InlineData("Host=db.example", true)]
    [InlineData("Host=db.example;SSL Mode=Require", true)]
    [InlineData("Host=db.example;SSL Mode=VerifyCA", true)]
    [InlineData("Host=localhost,db.example:5433", true)]
    [InlineData("Host=2001:db8::1", true)]
    [InlineData("Host=db.example;SSL Mode=VerifyFull", false)]
    [InlineData("Host=localhost:5433,127.0.0.1", false)]
    [InlineData("Host=::1", false)]
    [InlineData("Host=/var/run/postgresql", false)]
    public void A_database_elsewhere_that_is_not_verified_is_warned_of(string connection, bool warned) =>
        Assert.Equal(warned, PlainTransport.Of(new DatabaseOptions { ConnectionString = connection }) is not null);

    [Fact]
    public void A_warning_names_the_key_and_repeats_no_password()
    {
        var warning = PlainTransport.Of(new DatabaseOptions { ConnectionString = "Host=db.example;Username=lus;Password=hunter2" });

        Assert.Contains("Write SSL Mode=VerifyFull in Database:ConnectionString", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", warning, StringComparison.Ordinal);
        Assert.Equal(CheckState.Warned, PlainTransport.Passed("found", warning).State);
    }
}
