// Runs a build on every kind of machine that the team has, and uses Docker there. Also the pattern for further jobs: write a
// file beside this one, and name it in ../casc/jobs.yaml and ../kustomization.yaml.
pipelineJob('smoke-test') {
    description('One build on every kind of agent.')
    logRotator { numToKeep(10) }
    definition {
        cps {
            sandbox()
            script('''
                def pools = ['x86_64-on-demand', 'x86_64-spot', 'arm64-on-demand', 'arm64-spot']
                parallel pools.collectEntries { pool ->
                    [(pool): {
                        timeout(time: 30, unit: 'MINUTES') {
                            node(pool) {
                                sh 'uname -m && df -h /caches'
                                container('docker') { sh 'docker version' }
                            }
                        }
                    }]
                }
            '''.stripIndent())
        }
    }
}
