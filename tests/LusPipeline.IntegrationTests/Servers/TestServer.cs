namespace LusPipeline.IntegrationTests.Servers;

/// <summary>The servers of <c>tests/servers.sh</c>, by its names for them.</summary>
public enum TestServer
{
    Postgres,
    RabbitMq,
    S3,
    Orthanc,
}
